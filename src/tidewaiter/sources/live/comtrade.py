"""UN Comtrade, asked live: monthly or annual trade of one reporter, with a key or without.

Without a key the preview interface answers at most 500 rows, with one at most 100,000 or 250,000; an answer of exactly such a
length is taken for a cut one. It is asked again in smaller parts: by period, flow, partner, and at last by lists of codes. Lists
of codes could miss a code that no table of ours has, so the total of the same slice is asked too and the parts are held
against it.

Source: UN Comtrade, API documentation, https://comtradedeveloper.un.org/ (``/public/v1/preview`` and ``/data/v1/get``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.codes import to_scheme
from tidewaiter.errors import SourceError
from tidewaiter.period import month_text
from tidewaiter.sources.live.ask import Look, Request, Worth
from tidewaiter.sources.live.slices import chunks, every_hs6, halves

__all__ = ["CAPS", "LEVELS", "ComtradeAsk"]

CAPS = (500, 100_000, 250_000)
"""Row limits of the interfaces: without a key, with a free one, with a paid one."""

LEVELS = ("TOTAL", "AG2", "AG4", "AG6")
_AT_ONCE_KEYED = 12
_CODES_AT_ONCE = 400


class _Record(msgspec.Struct):
    period: Any = None
    flow: Any = msgspec.field(default=None, name="flowCode")
    partner: Any = msgspec.field(default=None, name="partnerCode")
    code: Any = msgspec.field(default=None, name="cmdCode")
    customs: Any = msgspec.field(default="C00", name="customsCode")
    mode: Any = msgspec.field(default=0, name="motCode")
    value: float | None = msgspec.field(default=None, name="primaryValue")


class _Answer(msgspec.Struct):
    data: list[_Record] | None = None
    count: int | None = None
    error: Any = None
    message: Any = None


class ComtradeAsk(msgspec.Struct, frozen=True):
    """Trade of a reporter with partners, for flows, periods and codes.

    Parameters
    ----------
    base
        Address of the service.
    reporter, partners
        ISO 3166-1 alpha-3 and the customary extras; ``W00`` is the world. No partners: every partner.
    flows
        ``X`` and ``M``.
    periods
        Month numbers; for annual data, the numbers of their Januaries.
    codes
        Levels (``TOTAL``, ``AG2``, ``AG4``, ``AG6``) or HS codes.
    annual
        Whether years are asked for in place of months.
    key
        Key of access, or nothing.
    """

    base: str
    reporter: str
    partners: tuple[str, ...]
    flows: tuple[str, ...]
    periods: tuple[int, ...]
    codes: tuple[str, ...]
    annual: bool = False
    key: str = ""

    source = "comtrade"
    reader = "comtrade-api"

    @property
    def cap(self) -> int:
        """Rows that an answer never exceeds."""
        return CAPS[2] if self.key else CAPS[0]

    @property
    def pause(self) -> float:
        """The interface takes one request a second."""
        return 1.1

    @property
    def label(self) -> str:
        """The question in words."""
        periods = [self._period(number) for number in self.periods]
        span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        codes = ", ".join(self.codes) if len(self.codes) < 4 else f"{len(self.codes)} codes from {self.codes[0]}"
        partners = ", ".join(self.partners) if self.partners else "every partner"
        return f"Comtrade {self.reporter} {'+'.join(self.flows)} {partners} {span} {codes}"

    @property
    def identity(self) -> str:
        """The question without its key; with and without a key are different answers."""
        query = "&".join(f"{name}={value}" for name, value in self._params())
        return f"comtrade {self._path()}?{query}"

    @property
    def file(self) -> str:
        """A name for the answer's file."""
        first, last = (self._period(number) for number in (self.periods[0], self.periods[-1]))
        partners = self.partners[0] if len(self.partners) == 1 else f"{len(self.partners) or 'all'}-partners"
        codes = self.codes[0] if len(self.codes) == 1 else f"{self.codes[0]}-{self.codes[-1]}"
        return f"comtrade-{self.reporter}-{partners}-{''.join(self.flows)}-{first}-{last}-{codes}.json"

    def request(self) -> Request:
        """Return where to ask; the key travels in a header."""
        headers = (("Ocp-Apim-Subscription-Key", self.key),) if self.key else ()
        return Request(
            f"{self.base.rstrip('/')}{self._path()}", self._params(), headers, (self.key,) if self.key else ()
        )

    def covers(self) -> str:
        """Return what silence means: the partners and codes asked for."""
        codes = "all" if any(code.startswith("AG") for code in self.codes) else ",".join(self.codes)
        return f"partners={','.join(self.partners) or 'all'}; codes={codes}"

    def look(self, answer: Path, status: int) -> Look:
        """Judge the answer.

        Raises
        ------
        SourceError
            If it is not a complete answer of this interface, or holds another period, partner or flow than was asked for.
        """
        if status == 413:
            return Look(Worth.CAPPED, 0)
        try:
            got = msgspec.json.decode(answer.read_bytes(), type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise SourceError(f"{self.label}: the answer is no JSON or is cut off; nothing of it is kept") from None
        if got.error or (got.data is None and got.message):
            said = " ".join(str(got.error or got.message).split())[:200]
            raise SourceError(f"{self.label}: Comtrade answers with an error ({said})")
        rows = got.data or []
        if got.count is not None and got.count > len(rows):
            return Look(Worth.CAPPED, len(rows), note=f"{got.count:,} rows are there, {len(rows):,} came")
        if len(rows) in CAPS or len(rows) >= self.cap:
            return Look(Worth.CAPPED, len(rows))
        if not rows:
            return Look(Worth.EMPTY, 0)
        self._hold(rows)
        values: dict[str, float] = {}
        for row in rows:
            if str(row.customs) == "C00" and str(row.mode) == "0":
                where = f"{row.period} {row.flow} {row.partner}"
                values[where] = values.get(where, 0.0) + (row.value or 0.0)
        return Look(Worth.ROWS, len(rows), values)

    def parts(self) -> tuple[ComtradeAsk, ...]:
        """Return two halves by period, else by flow, else by partner, else lists of codes, else nothing."""
        for field in ("periods", "flows", "partners"):
            cut = halves(getattr(self, field))
            if cut:
                return tuple(msgspec.structs.replace(self, **{field: half}) for half in cut)
        if self.codes == ("AG6",):
            return tuple(msgspec.structs.replace(self, codes=codes) for codes in chunks(every_hs6(), _CODES_AT_ONCE))
        return tuple(msgspec.structs.replace(self, codes=half) for half in halves(self.codes))

    def checks(self) -> tuple[ComtradeAsk, ...]:
        """Return the ask of the total, where the next split is one by codes of a level."""
        by_codes = all(len(many) < 2 for many in (self.periods, self.flows, self.partners))
        return (msgspec.structs.replace(self, codes=("TOTAL",)),) if by_codes and self.codes == ("AG6",) else ()

    def at_once(self) -> tuple[ComtradeAsk, ...]:
        """Cut a long question: one flow, and twelve periods with a key or one without.

        A period with rows is one that is out for that flow; with two flows in one answer that could not be told apart.
        """
        size = _AT_ONCE_KEYED if self.key else 1
        return tuple(
            msgspec.structs.replace(self, periods=run, flows=(flow,))
            for run in chunks(self.periods, size)
            for flow in self.flows
        )

    def _hold(self, rows: list[_Record]) -> None:
        """Refuse an answer to another question, as a proxy or a slip of codes may give."""
        asked = {
            "period": {self._period(number).replace("-", "") for number in self.periods},
            "flow": set(self.flows),
        }
        if self.partners:
            asked["partner"] = {_m49(partner) for partner in self.partners}
        for row in rows:
            for field, valid in asked.items():
                if str(getattr(row, field)) not in valid:
                    raise SourceError(
                        f"{self.label}: the answer holds {field} {getattr(row, field)!r}, which was not asked for;"
                        " nothing of it is kept"
                    )

    def _period(self, number: int) -> str:
        return f"{number // 12:04d}" if self.annual else month_text(number)

    def _path(self) -> str:
        return ("/data/v1/get" if self.key else "/public/v1/preview") + ("/C/A/HS" if self.annual else "/C/M/HS")

    def _params(self) -> tuple[tuple[str, str], ...]:
        params = [
            ("reporterCode", _m49(self.reporter)),
            ("period", ",".join(self._period(number).replace("-", "") for number in self.periods)),
            ("cmdCode", ",".join(self.codes)),
            ("flowCode", ",".join(self.flows)),
            ("partner2Code", "0"),
            ("customsCode", "C00"),
            ("motCode", "0"),
            ("maxRecords", str(self.cap)),
            ("includeDesc", "true"),
        ]
        if self.partners:
            params.insert(1, ("partnerCode", ",".join(_m49(partner) for partner in self.partners)))
        return tuple(params)


def _m49(area: str) -> str:
    code = to_scheme("m49", area)
    if code is None:
        raise SourceError(f"UN Comtrade has no code for {area}")
    return code
