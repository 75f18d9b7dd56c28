"""Who trades with whom, as a reader would say it."""

from __future__ import annotations

import re

import msgspec

from tidewaiter.model import Flow

__all__ = ["Voice", "called"]


class Voice(msgspec.Struct, frozen=True):
    """Who trades with whom, as it is said: ``China exported ... to North Korea``."""

    reporter: str
    partner: str
    flow: Flow

    @property
    def _reporter(self) -> str:
        return called(self.reporter)

    @property
    def who(self) -> str:
        """The reporter as the subject of a sentence."""
        return self._reporter[:1].upper() + self._reporter[1:]

    @property
    def verb(self) -> str:
        """The verb of the flow, in the past."""
        return "imported" if self.flow is Flow.IMPORT else "exported"

    @property
    def noun(self) -> str:
        """The noun of the flow."""
        return "imports" if self.flow is Flow.IMPORT else "exports"

    @property
    def way(self) -> str:
        """The preposition and the partner."""
        return f"{'from' if self.flow is Flow.IMPORT else 'to'} {called(self.partner)}"

    def sent(self, what: str) -> str:
        """Write that something was traded."""
        return f"{self.who} {self.verb} {what} {self.way}"


_GROUPS = ("EU", "EU27", "EU28", "ASEAN", "EAEU", "G7")
_ARTICLE = re.compile(
    r"(United |Netherlands|Philippines|Bahamas|Gambia|Maldives|Comoros|Eurasian |European |Euro area|Commonwealth )"
    r"|.*(Islands|Republic|Union)\Z"
)


def called(name: str) -> str:
    """Write an area's name inside a sentence; groups take an article and a plural.

    Examples
    --------
    >>> called("North Korea"), called("EU27"), called("United States")
    ('North Korea', 'the EU27 countries', 'the United States')
    """
    if name in _GROUPS:
        return f"the {name} countries"
    if name == "World":
        return "the world"
    return f"the {name}" if _ARTICLE.match(name) else name
