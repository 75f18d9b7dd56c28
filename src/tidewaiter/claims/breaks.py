"""Unsafe: true or false only by an accident of codes.

"None last year" is about the line, not the goods, where the line did not exist last year, was a wider one, or got its
content from lines that hold other goods too. A comparison across such a break compares different goods.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.goods import codes_of, named, phrase
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.codes import hs
from tidewaiter.codes.lineage import Seam, stitch
from tidewaiter.codes.texts import text_of
from tidewaiter.errors import InputError
from tidewaiter.period import Period
from tidewaiter.sources.figures import goods as named_goods

__all__ = ["Break", "break_of", "broken_between", "gone_of"]


_LONG = 90
"""Characters of a code's text that a sentence can hold."""


class Break(msgspec.Struct, frozen=True):
    """A break of codes between what a claim compares: why, the reading to name, the evidence that shows it."""

    why: str
    reading: str
    rows: tuple[str, ...] = ()
    short: str = ""

    @property
    def told(self) -> str:
        """What stands beside the name of the reading."""
        return self.short or self.why


def gone_of(claim: Claim) -> Break | None:
    """Return the break of a claim that speaks of months in which the code of its goods did not exist.

    No customs file can settle it: what is or is not found under a code outside its life is about the code.
    """
    subject = claim.subject
    if subject is None or claim.period is None:
        return None
    periods = [one for one in (claim.period, claim.base, claim.since) if one is not None]
    if claim.length:
        periods.append(Period(claim.period.end - claim.length, claim.period.end))
    asked = [subject, *([claim.other] if claim.other is not None else [])]
    for one in asked:
        if one.goods == "total" or one.goods.startswith("basket:"):
            continue
        for code in codes_of(one.goods, one.reporter):
            for period in periods:
                found = _gone(code, one.goods, period)
                if found is not None:
                    return found
    return None


def _gone(code: str, goods: str, period: Period) -> Break | None:
    """Return the break of a code that is alive in some revision, and not in some year of a period."""
    stem = code[:6]
    try:
        lives = [one for one in hs.REVISIONS if hs.alive(stem, one)]
    except InputError:
        return None
    dead = [year for year in range(period.start // 12, period.end // 12 + 1) if hs.revision_of(year) not in lives]
    if not lives or not dead:
        return None
    now = hs.revision_of(dead[0])
    later = [one for one in lives if one > now]
    near = min(later) if later else max(lives)
    seam_at = near if later else min(one for one in hs.REVISIONS if one > near)
    try:
        others = sorted(_other_side(stem, near, now))
    except InputError:
        others = []
    what = _named(code, goods)
    where = _listed(others)
    if later:
        why = (
            f"{what} exists only since January {seam_at} (HS {seam_at})" + (f"; before, its goods were counted under {where}" if where else "")
            + f". What is or is not found under it before {seam_at} is about the code, not the goods."
        )  # fmt: skip
        short = f"before January {seam_at}: {where or 'no code that a table names'}"
    else:
        why = (
            f"{what} ended with December {seam_at - 1} (HS {seam_at})" + (f"; since, its goods are counted under {where}" if where else "")
            + f". What is or is not found under it from {seam_at} on is about the code, not the goods."
        )  # fmt: skip
        short = f"since January {seam_at}: {where or 'no code that a table names'}"
    return Break(why, "another code before" if later else "another code since", (), short)


def _other_side(code: str, near: int, far: int) -> set[str]:
    """Return the codes of as many digits that hold a code's goods in another revision."""
    return {one[: len(code)] for one in stitch((code,), near, to=far).parts[far]}


def _named(code: str, goods: str) -> str:
    """Name a code with what it is for."""
    if named(goods):
        return f"Code {code} ({phrase(goods)})"
    text = text_of(code[:6])
    if len(text) > _LONG:
        text = text[:_LONG].rsplit(" ", 1)[0].rstrip(",;(") + " ..."
    return f"Code {code}" + (f" ({text[0].lower()}{text[1:]})" if text else "")


def _listed(codes: Sequence[str], most: int = 4) -> str:
    """Name codes with their first words."""
    shown = " and ".join(codes[:most]) if len(codes) <= 2 else ", ".join(codes[:most])
    return shown + (f" and {len(codes) - most} more" if len(codes) > most else "")


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
    if (absent or claim.kind is Kind.FIRST) and (gone := gone_of(claim)) is not None:
        return gone
    now = claim.period
    if absent:
        # What was absent is spoken of as the goods are counted when the claim is made.
        year = int(claim.published[:4]) if claim.published else before.end // 12
        now = Period(year * 12, year * 12)
    return _broken_code(codes_of(goods, claim.subject.reporter), goods, before, now)


def broken_between(goods: str, reporter: str, before: Period, now: Period) -> Break | None:
    """Return the break of codes between two periods that are compared, whatever is known of either; None if there is none.

    Examples
    --------
    >>> found = broken_between("2106", "EU27", Period.parse("2021-10"), Period.parse("2022-10"))
    >>> found.why.startswith("Code 2106"), broken_between("8703", "EU27", Period.parse("2021-10"), Period.parse("2022-10"))
    (True, None)
    """
    return None if goods == "total" else _broken_code(codes_of(goods, reporter), goods, before, now)


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
            if seam.kind == "exact":
                old = _listed(seam.earlier) or "no code that a table names"
                why = (
                    f"Code {code[:6]} did not exist before HS {seam.revision}: {what} were counted under {old}. An absence "
                    "under the newer code is about the code, not the goods."
                )
                return Break(why, "another code before", (), f"before January {seam.revision}: {old}")
            return _changed(code, goods, seam)
    return None


def _changed(code: str, goods: str, seam: Seam) -> Break:
    """Return the break of a code that lives on with other goods, or was cut out of others, in words."""
    size = len(code[:6])
    own = {code[:size]}
    before = sorted({one[:size] for one in (*seam.earlier, *seam.left_out)} - own)
    after = sorted({one[:size] for one in (*seam.later, *seam.also_holds)} - own)
    day = f"January {seam.revision}"
    told = []
    if code[:6] in {one[:size] for one in seam.earlier}:
        told += [f"some of what it held went to {_listed(after)}"] if after else []
        told += [f"some of what it holds came from {_listed(before)}"] if before else []
    else:
        told.append(
            f"it exists only since then, and its goods were counted under {_listed(before) or 'other codes'} with others"
        )
    why = (
        f"{_named(code, goods)} does not hold the same goods before and after {day} (HS {seam.revision}): {'; '.join(told)}. "
        "How much that moves no table says."
    )
    return Break(why, "wider code before", (), f"{day}: {'; '.join(told)}")


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
