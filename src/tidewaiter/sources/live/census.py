"""The United States Census Bureau, asked live: monthly imports or exports by HS code and country.

Five hundred requests a day need no key. The interface states no row cap; an empty month answers 204. The key is a parameter of
the address, so the address is never printed.

Source: US Census Bureau, Guide to International Trade Datasets,
https://www.census.gov/foreign-trade/reference/guides/Guide_to_International_Trade_Datasets.pdf
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from tidewaiter.codes import to_scheme
from tidewaiter.errors import SourceError
from tidewaiter.period import month_text
from tidewaiter.sources.live.ask import Look, Request, Worth
from tidewaiter.sources.live.slices import chunks, halves

__all__ = ["LEVELS", "CensusAsk"]

LEVELS = ("HS2", "HS4", "HS6", "HS10")
_COLUMNS = {
    "M": ("imports", "I_COMMODITY", ("GEN_VAL_MO", "GEN_QY1_MO", "UNIT_QY1", "GEN_QY2_MO", "UNIT_QY2")),
    "X": ("exports", "E_COMMODITY", ("ALL_VAL_MO", "QTY_1_MO", "UNIT_QY1", "QTY_2_MO", "UNIT_QY2")),
}


class CensusAsk(msgspec.Struct, frozen=True):
    """US trade one way, with partners, for months, at a level of the HS or for codes.

    Parameters
    ----------
    base
        Address of the service.
    flow
        ``X`` or ``M``.
    partners
        ISO 3166-1 alpha-3; none: every country.
    periods
        Month numbers.
    level
        ``HS2``, ``HS4``, ``HS6`` or ``HS10``.
    codes
        Commodity codes of that level; none: every code.
    key
        Key of access, or nothing.
    """

    base: str
    flow: str
    partners: tuple[str, ...]
    periods: tuple[int, ...]
    level: str = "HS6"
    codes: tuple[str, ...] = ()
    key: str = ""

    source = "census"
    reader = "census-api"

    @property
    def pause(self) -> float:
        """The Bureau states no pace; half a second is polite."""
        return 0.5

    @property
    def label(self) -> str:
        """The question in words."""
        partners = ", ".join(self.partners) if self.partners else "every country"
        codes = f" {', '.join(self.codes)}" if self.codes else ""
        return f"US Census {self.flow} {partners} {month_text(self.periods[0])} {self.level}{codes}"

    @property
    def identity(self) -> str:
        """The question without its key."""
        query = "&".join(f"{name}={value}" for name, value in self.request().params if name != "key")
        return f"census {self._way()}?{query}"

    @property
    def file(self) -> str:
        """A name for the answer's file."""
        partners = "-".join(self.partners) if 0 < len(self.partners) < 4 else f"{len(self.partners) or 'all'}-partners"
        codes = f"-{self.codes[0]}-{self.codes[-1]}" if self.codes else ""
        return f"census-{self._way()}-{partners}-{month_text(self.periods[0])}-{self.level}{codes}.json"

    def request(self) -> Request:
        """Return where to ask; the key is part of the query and a secret."""
        way, code, measures = _COLUMNS[self.flow]
        params = [
            ("get", ",".join(("CTY_CODE", "CTY_NAME", code, *measures))),
            ("time", month_text(self.periods[0])),
            ("COMM_LVL", self.level),
            *(("CTY_CODE", _code(partner)) for partner in self.partners),
            *((code, one) for one in self.codes),
        ]
        if self.key:
            params.append(("key", self.key))
        return Request(
            f"{self.base.rstrip('/')}/timeseries/intltrade/{way}/hs", tuple(params), (), (self.key,) if self.key else ()
        )

    def covers(self) -> str:
        """Return what silence means: the partners and codes asked for."""
        return f"partners={','.join(self.partners) or 'all'}; codes={','.join(self.codes) or 'all'}"

    def look(self, answer: Path, status: int) -> Look:
        """Judge the answer.

        Raises
        ------
        SourceError
            If it is a page about a key, or no table of rows.
        """
        if status == 413:
            return Look(Worth.CAPPED, 0)
        data = answer.read_bytes()
        if status == 204 or not data.strip():
            return Look(Worth.EMPTY, 0)
        if data.lstrip().startswith(b"<"):
            what = "the key is not valid or not active yet" if b"ey" in data[:4000] else "a page came in place of data"
            raise SourceError(f"{self.label}: {what}; check TIDEWAITER_CENSUS_KEY")
        try:
            rows = msgspec.json.decode(data, type=list[list[str | None]])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SourceError(f"{self.label}: the answer is no JSON or is cut off; nothing of it is kept") from None
        return Look(Worth.EMPTY if len(rows) < 2 else Worth.ROWS, max(0, len(rows) - 1))

    def parts(self) -> tuple[CensusAsk, ...]:
        """Return two halves by partners, else codes, else nothing."""
        for field in ("partners", "codes"):
            cut = halves(getattr(self, field))
            if cut:
                return tuple(msgspec.structs.replace(self, **{field: half}) for half in cut)
        return ()

    def checks(self) -> tuple[CensusAsk, ...]:
        """Return nothing: the parts hold the very codes that were asked for."""
        return ()

    def at_once(self) -> tuple[CensusAsk, ...]:
        """One month an answer."""
        return tuple(msgspec.structs.replace(self, periods=run) for run in chunks(self.periods, 1))

    def _way(self) -> str:
        return _COLUMNS[self.flow][0]


def _code(area: str) -> str:
    code = to_scheme("census", area)
    if code is None:
        raise SourceError(f"the US Census Bureau has no code for {area}")
    return code
