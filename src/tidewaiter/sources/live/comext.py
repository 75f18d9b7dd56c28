"""Eurostat Comext, asked live: the data set DS-045409 as SDMX-CSV.

Eurostat never cuts an answer: one that would be too large is refused (413) or put into a queue, and the question is asked
again in smaller parts. Products have to be named.

Source: Eurostat, SDMX 2.1 interface of Comext, https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from tidewaiter.codes import to_scheme
from tidewaiter.errors import SourceError
from tidewaiter.period import month_text
from tidewaiter.sources.live.ask import Look, Request, Worth
from tidewaiter.sources.live.slices import halves

__all__ = ["ComextAsk"]

_FLOWS = {"M": "1", "X": "2"}
_INDICATORS = ("VALUE_IN_EUROS", "QUANTITY_IN_100KG", "SUPPLEMENTARY_QUANTITY")


class ComextAsk(msgspec.Struct, frozen=True):
    """Trade of EU countries with partners in products, for flows and a run of months.

    Parameters
    ----------
    base
        Address of the service.
    reporters, partners
        ISO 3166-1 alpha-3.
    flows
        ``X`` and ``M``.
    periods
        Month numbers, a run.
    codes
        Product codes of 2 to 8 digits, or ``TOTAL``.
    """

    base: str
    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    flows: tuple[str, ...]
    periods: tuple[int, ...]
    codes: tuple[str, ...]

    source = "comext"
    reader = "comext-sdmx"

    @property
    def pause(self) -> float:
        """Eurostat states no limit; half a second is polite."""
        return 0.5

    @property
    def label(self) -> str:
        """The question in words."""
        span = f"{month_text(self.periods[0])} to {month_text(self.periods[-1])}"
        return (
            f"Comext {_few(self.reporters, 'reporters')} {'+'.join(self.flows)} {_few(self.partners, 'partners')}"
            f" {span} {_few(self.codes, 'codes')}"
        )

    @property
    def identity(self) -> str:
        """The question as asked."""
        query = "&".join(f"{name}={value}" for name, value in self.request().params)
        return f"comext {self._key()}?{query}"

    @property
    def file(self) -> str:
        """A name for the answer's file."""
        names = (_few(self.reporters, "reporters"), _few(self.partners, "partners"), "".join(self.flows))
        span = f"{month_text(self.periods[0])}-{month_text(self.periods[-1])}"
        return (
            "comext-" + "-".join((*names, span, _few(self.codes, "codes"))).replace(" ", "-").replace(",", "") + ".csv"
        )

    def request(self) -> Request:
        """Return where to ask."""
        return Request(
            f"{self.base.rstrip('/')}/sdmx/2.1/data/DS-045409/{self._key()}",
            (
                ("startPeriod", month_text(self.periods[0])),
                ("endPeriod", month_text(self.periods[-1])),
                ("format", "SDMX-CSV"),
            ),
        )

    def covers(self) -> str:
        """Return what silence means: the partners and products asked for."""
        return f"partners={','.join(self.partners)}; codes={','.join(self.codes)}"

    def look(self, answer: Path, status: int) -> Look:
        """Judge the answer.

        Raises
        ------
        SourceError
            If it is an error message, or no table.
        """
        with answer.open("rb") as file:
            head = file.read(8192)
        text = head.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
        if status == 413 or (
            text.startswith("<") and re.search(r"EXTRACTION_TOO_BIG|SUBMITTED|asynchronous", text, re.I)
        ):
            return Look(Worth.CAPPED, 0)
        if text.startswith("<"):
            said = " ".join(re.sub(r"<[^>]*>", " ", text).split())[:200]
            if re.search(r"NO_?RESULTS|no results? found", text, re.I):
                return Look(Worth.EMPTY, 0)
            raise SourceError(f"{self.label}: Eurostat answers with a message, not data ({said})")
        if not text.startswith(("DATAFLOW", '"DATAFLOW', "STRUCTURE")):
            raise SourceError(f"{self.label}: the answer is not SDMX-CSV; nothing of it is kept")
        with answer.open("rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                raise SourceError(f"{self.label}: the answer is cut off within a line; nothing of it is kept")
        return Look(Worth.EMPTY if lines < 2 else Worth.ROWS, max(0, lines - 1))

    def parts(self) -> tuple[ComextAsk, ...]:
        """Return two halves by months, else products, reporters, partners, flows, else nothing."""
        for field in ("periods", "codes", "reporters", "partners", "flows"):
            cut = halves(getattr(self, field))
            if cut:
                return tuple(msgspec.structs.replace(self, **{field: half}) for half in cut)
        return ()

    def checks(self) -> tuple[ComextAsk, ...]:
        """Return nothing: the parts hold the very codes that were asked for."""
        return ()

    def at_once(self) -> tuple[ComextAsk, ...]:
        """Ask for one reporter and one flow at a time: a month with rows is then one that this reporter has sent."""
        return tuple(
            msgspec.structs.replace(self, reporters=(reporter,), flows=(flow,))
            for reporter in self.reporters
            for flow in self.flows
        )

    def _key(self) -> str:
        reporters = "+".join(_code(area) for area in self.reporters)
        partners = "+".join(_code(area) for area in self.partners)
        flows = "+".join(_FLOWS[flow] for flow in self.flows)
        return f"M.{reporters}.{partners}.{'+'.join(self.codes)}.{flows}.{'+'.join(_INDICATORS)}"


def _code(area: str) -> str:
    code = to_scheme("eurostat", area)
    if code is None:
        raise SourceError(f"Eurostat has no code for {area}")
    return code


def _few(many: tuple[str, ...], what: str) -> str:
    return ", ".join(many) if len(many) < 4 else f"{len(many)} {what}"
