"""Unsafe: true or false only by an accident of codes.

"None last year" is about the line, not the goods, where the line did not exist last year, was a wider one, or got its
content from lines that hold other goods too. A comparison across such a break compares different goods.
"""

from __future__ import annotations

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.goods import codes_of, named, phrase
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.codes import hs
from tidewaiter.codes.lineage import Seam, stitch
from tidewaiter.errors import InputError
from tidewaiter.period import Period
from tidewaiter.sources.figures import goods as named_goods

__all__ = ["Break", "break_of"]


class Break(msgspec.Struct, frozen=True):
    """A break of codes between what a claim compares: why, the reading to name, the evidence that shows it."""

    why: str
    reading: str
    rows: tuple[str, ...] = ()


def break_of(claim: Claim, bench: Bench) -> Break | None:
    """Return the break of codes that a claim meets, None if its goods were counted alike throughout."""
    assert claim.subject is not None
    assert claim.period is not None
    goods = claim.subject.goods
    if goods == "total":
        return None
    absent = claim.kind is Kind.NONE
    before = claim.period if absent else (claim.base or claim.since)
    if before is None:
        return None
    if claim.kind is Kind.FIRST and claim.direction == "absent":
        before = claim.base or before
    wider = _wider_line(claim, before, bench)
    if wider is not None:
        return wider
    now = claim.period
    if absent:
        # What was absent is spoken of as the goods are counted when the claim is made.
        year = int(claim.published[:4]) if claim.published else before.end // 12
        now = Period(year * 12, year * 12)
    return _broken_code(codes_of(goods, claim.subject.reporter), goods, before, now)


def _wider_line(claim: Claim, before: Period, bench: Bench) -> Break | None:
    """Return the break of goods whose line was cut out of a wider one that is known to have had trade before."""
    assert claim.subject is not None
    table = named_goods()
    good = table.get(claim.subject.goods)
    cut_out = good is not None and any(caveat.startswith("code-") for caveat in good.caveats.split())
    whole = table.get(good.part_of) if good is not None and cut_out else None
    if whole is None or whole.kind != "wider":
        return None
    for item in bench.wider(claim, whole.id, before):
        why = (
            f"The line was a wider one then: {item.publisher} has {item.value:,.0f} {item.unit} of {whole.phrase} in "
            f"{Period.parse(item.period).words()}. An absence under the newer line is about the code, not the goods."
        )
        return Break(why, "wider code before", (item.id,))
    return None


def _broken_code(codes: tuple[str, ...], goods: str, before: Period, now: Period) -> Break | None:
    """Return the break between the revision in force before and the one now, if the codes did not pass it unchanged."""
    first, last = hs.revision_of(before.start // 12), hs.revision_of(now.end // 12)
    if first == last or not codes:
        return None
    what = phrase(goods) if named(goods) else "these goods"
    for code in codes:
        try:
            plan = stitch((code[:6],), last, to=first)
        except InputError:
            return _unborn(code, before, last)
        for seam in plan.seams:
            # A code that lives on and is still the main home of its goods is compared, as everybody does.
            lives_on = code[:6] in seam.earlier and code[:6] in seam.later
            if (lives_on and seam.kind != "partial") or not _matters(seam, code):
                continue
            old = ", ".join(seam.earlier) or "no code that a table names"
            if seam.kind == "exact":
                why = (
                    f"Code {code[:6]} did not exist before HS {seam.revision}: {what} were counted under {old}. An absence "
                    "under the newer code is about the code, not the goods."
                )
                return Break(why, "another code before")
            why = f"The code did not pass the revision of HS {seam.revision} unchanged ({seam.words()}): before and after do not hold the same goods."
            return Break(why, "wider code before")
    return None


def _matters(seam: Seam, code: str) -> bool:
    """Whether a seam touches what the claim says; catch-all codes that took a little from everything do not."""
    if seam.minor:
        return False
    # A heading or chapter that keeps its codes among themselves has lost nothing.
    inside = {one[: len(code)] for one in (*seam.earlier, *seam.later, *seam.left_out, *seam.also_holds)}
    return not (len(code) < 6 and inside == {code})


def _unborn(code: str, before: Period, revision: int) -> Break | None:
    """Return the break of a code that is not in the later revision: it ended."""
    try:
        life = hs.life(code[:6]) if len(code) >= 6 else None
    except InputError:
        return None
    if life is None or not life.revisions:
        return None
    return Break(
        f"Code {code[:6]} is not in HS {revision}; it is in HS {', '.join(map(str, life.revisions))}. What is found or not found "
        "under it is about the code, not the goods.",
        "another code before",
    )
