"""Reading an article: every sentence is accounted for, as claims, as not read, as no claim, or as page furniture."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.read.actors import Actor
from tidewaiter.claims.read.blocks import Block, blocks, sentences
from tidewaiter.claims.read.briefs import NOTE, WRITER, Page, brief_in
from tidewaiter.claims.read.cases import read_cases
from tidewaiter.claims.read.chunks import QUANTITIES, Chunk, chunks
from tidewaiter.claims.read.clean import clean
from tidewaiter.claims.read.drafts import Refused
from tidewaiter.claims.read.finish import finish
from tidewaiter.claims.read.frame import Context, Frame
from tidewaiter.claims.read.parallel import Pairs, pairs_in
from tidewaiter.claims.read.periods import Mention
from tidewaiter.claims.read.rewrite import rewrite
from tidewaiter.claims.read.rules import Rules
from tidewaiter.claims.read.source import named_in, sources_of
from tidewaiter.claims.read.tokens import tokens
from tidewaiter.errors import InputError

__all__ = ["Reading", "Sentence", "read_article"]

_MOVES: Final = frozenset("UDBE1S")
_DATELINE: Final = re.compile(
    r"[A-Z][A-Za-z./' ]{2,40}(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:, \d{4})?(?: \([^()]{2,40}\))?| \([^()]{2,40}\)) ?(?:--?|[–—]) ?"
)
"""Where and when a report was filed, and by whom."""
_RATIO: Final = re.compile(r"for (?:every|each)\b", re.IGNORECASE)
_EPIDEMIC: Final = frozenset(("fever", "coronavirus", "covid", "covid-19", "epidemic", "pandemic", "outbreak"))
_LONGEST: Final = 400
"""Tokens in the longest sentence that is read; longer ones are lists and tables, and are listed as not read."""


class Sentence(msgspec.Struct, frozen=True):
    """A sentence, or a piece of the page.

    ``status`` is ``claims``, ``not read`` (it has a number or comparison that speaks of trade and was not understood),
    ``no claim`` or ``furniture``. ``claims`` are ids. ``why`` says by what sign it is furniture.
    """

    start: int
    end: int
    status: str
    claims: tuple[str, ...] = ()
    why: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What an article says: its text, the day, its sentences in order, and claims (those not read among them).

    ``notes`` say how it was read, where that is not as prose.
    """

    text: str
    date: str
    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()

    @property
    def read(self) -> tuple[Claim, ...]:
        """The claims that were read."""
        return tuple(claim for claim in self.claims if claim.kind not in (Kind.UNREAD, Kind.NO_FIGURE))

    @property
    def not_read(self) -> tuple[Claim, ...]:
        """What speaks of trade and was not read, with the reason."""
        return tuple(claim for claim in self.claims if claim.kind is Kind.UNREAD)


def read_article(text: str, date: str = "", *, publisher: str = "", family: str = "", address: str = "") -> Reading:
    """Read an article.

    Parameters
    ----------
    text
        Plain text.
    date
        Day of publication, ISO; without it only months with their year are read.
    publisher, family, address
        Who published it; see :class:`tidewaiter.claims.model.Claim`.

    Returns
    -------
    Reading

    Raises
    ------
    InputError
        If the date is no day.

    Examples
    --------
    >>> said = read_article("China's exports to North Korea rose 12 per cent from a year earlier to $98.1 million in April.", "2022-05-27")
    >>> [(str(c.kind), c.subject.partner, str(c.period), str(c.base), c.said.value) for c in said.read]
    [('change', 'PRK', '2022-04', '2021-04', 12.0), ('amount', 'PRK', '2022-04', 'None', 98100000.0)]
    """
    _check(date)
    page = brief_in(text)
    if page is not None:
        voice = (publisher or ("" if family else WRITER), family, address)
        return _brief(page, text, date or page.day, *voice)
    context = Context(date)
    opening = tokens(text[:200_000])
    whole = sources_of(opening)
    context.named = named_in(opening)
    context.epidemic = any(token.low in _EPIDEMIC for token in opening)
    context.source = next(iter(whole)) if len(whole) == 1 else ""
    found: list[Sentence] = []
    claims: list[Claim] = []
    for block in blocks(text):
        if block.kind in ("furniture", "caption"):
            listed = _told_as_furniture(text, block, context) if block.kind == "furniture" else None
            if listed is None:
                found.append(Sentence(block.start, block.end, "furniture", (), block.why))
                continue
            number = len(found) + 1
            claims.append(
                msgspec.structs.replace(
                    listed, id=f"s{number:02d}.1", statement=f"s{number:02d}", publisher=publisher, family=family, published=date,
                    address=address,
                )
            )  # fmt: skip
            found.append(Sentence(block.start, block.end, "not read", (claims[-1].id,)))
            continue
        for start, end in sentences(text, block.body(text), block.end):
            context.sentence += 1
            number = len(found) + 1
            made = _sentence(text, start, end, context, len(whole))
            ids: list[str] = []
            for part in made:
                part = msgspec.structs.replace(
                    part, id=f"s{number:02d}.{len(ids) + 1}", statement=f"s{number:02d}", publisher=publisher, family=family,
                    published=date, address=address,
                )  # fmt: skip
                ids.append(part.id)
                claims.append(part)
            found.append(Sentence(start, end, _status(made), tuple(ids)))
    return Reading(text, date, tuple(found), tuple(claims))


def _brief(page: Page, text: str, date: str, publisher: str, family: str, address: str) -> Reading:
    """Read a brief line by line: by its forms, and what has none of them as prose."""
    context = Context("")
    found: list[Sentence] = []
    claims: list[Claim] = []
    for piece in page.pieces:
        made = page.forms.read(piece.words) if piece.words and (not piece.why or piece.weak) else None
        if made is None and piece.why:
            found.append(Sentence(piece.start, piece.end, "furniture", (), piece.why))
            continue
        if made is not None:
            spans = [piece.span(part.span) for part in made if part.span is not None]
            told = [
                msgspec.structs.replace(part, span=span, text=text[slice(*span)])
                for part, span in zip(made, spans, strict=True)
            ]
            pieces = [(piece.start, piece.end, told)]
        else:
            pieces = []
            for start, end in sentences(text, piece.start, piece.end):
                context.sentence += 1
                pieces.append((start, end, _sentence(text, start, end, context, 0)))
        for start, end, parts in pieces:
            name = f"s{len(found) + 1:02d}"
            own = [
                msgspec.structs.replace(
                    part, id=f"{name}.{number}", statement=name, publisher=publisher, family=family, published=date, address=address
                )
                for number, part in enumerate(parts, 1)
            ]  # fmt: skip
            claims += own
            found.append(Sentence(start, end, _status(own), tuple(part.id for part in own)))
    return Reading(text, date, tuple(found), tuple(claims), (NOTE,))


def _status(made: Sequence[Claim]) -> str:
    """Return what became of a sentence."""
    kinds = {part.kind for part in made}
    return "claims" if kinds - {Kind.UNREAD, Kind.NO_FIGURE} else "not read" if Kind.UNREAD in kinds else "no claim"


def _told_as_furniture(text: str, block: Block, context: Context) -> Claim | None:
    """List what looks like another article's headline and tells an amount of trade: it may be this one's own words."""
    if block.end - block.start > 2000:
        return None
    tags = {chunk.tag for chunk in chunks(tokens(text, block.start, block.end), context.day)}
    if not (tags & {"T", "V"} and tags & {"M", "W", "%"}):
        return None
    return _unread(
        text, Refused(block.start, block.end, f"taken for a piece of the page: {block.why or 'no sentence'}")
    )


def _check(day: str) -> None:
    if not day:
        return
    from datetime import date

    try:
        if len(day) != 10:
            raise ValueError
        date.fromisoformat(day)
    except ValueError:
        raise InputError(f"not a day: {day!r}; write it as YYYY-MM-DD, for example 2022-05-27") from None


def _sentence(text: str, start: int, end: int, context: Context, sources: int) -> list[Claim]:
    row = tokens(text, _after_dateline(text, start, end), end)
    if len(row) > _LONGEST:
        digits = any(token.kind == "number" for token in row)
        return [_unread(text, Refused(start, end, "a sentence too long to be one"))] if digits else []
    tagged = chunks(row, context.day)
    tags = {chunk.tag for chunk in tagged}
    context.undecided = _undecided(tagged)
    counted = context.frame is not None and any(
        chunk.tag == "v" and chunk.data in ("value", "volume", "price") for chunk in tagged
    )
    trade = bool(tags & {"T", "V", "G"}) or counted
    if row and _RATIO.match(text, row[0].start):
        numbers = [chunk for chunk in tagged if chunk.tag in QUANTITIES]
        why = "so much for every so much: a ratio, which is no amount"
        return _ordered([], [Refused(one.start, one.end, why) for one in numbers] or [Refused(start, end, why)], text)
    if "Q" in tags and not tags & {"T", "V"}:
        made, refused = read_cases(tagged, text, context.day, context.subject, epidemic=context.epidemic)
        if context.undecided:
            context.period = context.level = None
        _subject(tagged, context)
        return _ordered(made, refused, text)
    # "It was the highest since May" speaks of what was spoken of before.
    leaning = (
        (context.frame is not None or context.unsure)
        and bool(tags & {"E", "B", "S", "F"})
        and bool(tags & {"K", "Y", "S", "P", "?"})
    )
    if not trade and not leaning and not tags & set(QUANTITIES):
        _subject(tagged, context)
        _period(tagged, context, trade)
        return []
    cleaned = clean(tagged, lambda chunk: text[chunk.start : chunk.end])
    context.undecided = _undecided(cleaned.chunks)
    own = sources_of(row)
    source = next(iter(own)) if len(own) == 1 else context.source if len(own) == 0 else ""
    plain, taken = rewrite(_without_quotes(cleaned.chunks, text), lambda chunk: text[chunk.start : chunk.end])
    by_value = any(chunk.data == "by value" for chunk in tagged)
    named = next(iter(own)) if len(own) == 1 else ""
    pairs = pairs_in(plain, lambda chunk: text[chunk.start : chunk.end])
    if pairs is not None:
        claims, refused = _side_by_side(pairs, plain, text, context, source, named, by_value=by_value)
        refused += taken
        actor = ""
    else:
        scan = Rules(plain, context, source)
        scan.by_value = by_value
        scan.also = any(text[chunk.start : chunk.end].lower() == "also" for chunk in tagged)
        scan.run()
        claims, unread = finish(scan.drafts, text, context, source, named)
        refused = [*scan.refused, *unread, *taken]
        actor = scan.actor
        nameless = scan.frame is not None and scan.frame.goods is not None and not scan.frame.goods.goods
        if trade and not claims and (scan.lost or nameless):
            context.unsure = True
    _subject(tagged, context)
    _period(cleaned.chunks, context, trade)
    if actor:
        context.subject = actor
    if not trade and not leaning and not claims and not tags & {"%", "M", "W", "X"}:
        return []
    refused += _denied(tagged, claims, refused)
    if trade or leaning:
        refused += _passed_over(plain, claims, refused)
    made = _ordered(claims, refused, text)
    if not made and "c" in tags and tags & {"T", "V"} and tags & {"U", "D"} and tags & {"P", "K", "Y", "?"}:
        return [_unread(text, Refused(start, end, "what is compared is not understood"))]
    if not made and tags & {"T", "V"} and tags & _MOVES:
        return [
            Claim(
                id="", kind=Kind.NO_FIGURE, text=text[start:end], span=(start, end), why="a comparison without a number"
            )
        ]
    return made


def _after_dateline(text: str, start: int, end: int) -> int:
    """Return where the words begin after ``SEOUL, May 19 (Yonhap) --``."""
    found = _DATELINE.match(text, start, min(end, start + 120))
    return found.end() if found else start


def _side_by_side(
    pairs: Pairs, row: list[Chunk], text: str, context: Context, source: str, named: str, *, by_value: bool
) -> tuple[list[Claim], list[Refused]]:
    """Read a sentence of two lists, once for each pair; numbers outside the lists are refused."""
    claims: list[Claim] = []
    refused: list[Refused] = []
    inside = [*pairs.numbers, *pairs.items]
    frames: list[Frame] = []
    for single, number, item in zip(pairs.rows, pairs.numbers, pairs.items, strict=True):
        own = copy.copy(context)
        own.voices, own.pairs, own.goods = set(context.voices), set(context.pairs), set(context.goods)
        scan = Rules(single, own, source)
        scan.by_value = by_value
        scan.run()
        drafts = [
            made
            for made in scan.drafts
            if made.kind is Kind.AMOUNT and (made.printed == number or item[0] <= made.printed[0] < item[1])
        ]
        read, unread = finish(drafts, text, own, source, named)
        claims += read
        refused += [
            one
            for one in (*scan.refused, *unread)
            if any(a <= one.start < b or one.start <= a < one.end for a, b in (number, item))
        ]
        told = any(made.printed == number for made in drafts) or any(
            one.start <= number[0] < one.end for one in refused
        )
        if not told:
            refused.append(Refused(*number, "which of the two lists it belongs to is not clear"))
        context.pairs |= own.pairs
        context.goods |= own.goods
        frames += [made.frame for made in drafts]
    for chunk in row:
        if chunk.tag in QUANTITIES and not any(a <= chunk.start < b for a, b in inside):
            refused.append(Refused(chunk.start, chunk.end, "a number beside two lists that are told side by side"))
    same = len({frame.pair for frame in frames}) == 1
    context.frame, context.level, context.level_sentence = (frames[-1] if same else None), None, context.sentence
    return claims, refused


def _without_quotes(row: list[Chunk], text: str) -> list[Chunk]:
    """Take quotation marks away, and make the numbers of a longer quotation unreadable: somebody else's words."""
    made: list[Chunk] = []
    inside: list[Chunk] | None = None
    for chunk in row:
        if chunk.tag != "q":
            (made if inside is None else inside).append(chunk)
            continue
        if inside is None:
            inside = []
        else:
            made += (
                inside
                if len(inside) <= 3
                else [
                    one._replace(tag="O", data="in quotation marks") if one.tag in QUANTITIES else one for one in inside
                ]
            )
            inside = None
    return made + (inside or [])


_TRADING: Final = frozenset(("buy", "sell", "ship", "purchase", "receive", "send", "supply", "order", "get"))


def _denied(row: list[Chunk], claims: list[Claim], refused: list[Refused]) -> list[Refused]:
    """``did not buy a single face mask``: a trade that is denied is listed, as long as nothing else of it is."""
    made: list[Refused] = []
    for place, chunk in enumerate(row):
        after = [one for one in row[place + 1 : place + 3] if one.tag != "-"][:1]
        single = "single" in [one.data for one in row[place + 1 : place + 4]]
        if (
            chunk.tag != "n"
            or not after
            or not (single or chunk.data == "nor" or after[0].tag == "T" or after[0].data in _TRADING)
        ):
            continue
        last = place
        while last + 1 < len(row) and row[last + 1].tag not in ",.a":
            last += 1
        end = row[last].end
        spans = [claim.span for claim in claims if claim.span] + [(one.start, one.end) for one in refused]
        if not any(chunk.start <= first < end for first, _ in spans) and any(
            one.tag in "GTV" for one in row[place : last + 1]
        ):
            made.append(Refused(chunk.start, end, "a trade that is denied: what there was none of is not understood"))
    return made


def _passed_over(row: list[Chunk], claims: list[Claim], refused: list[Refused]) -> list[Refused]:
    """List numbers and comparisons that no rule came to: nothing is dropped."""
    spans = [claim.span for claim in claims if claim.span] + [(one.start, one.end) for one in refused]
    made = []
    for place, chunk in enumerate(row):
        after = row[place + 1].tag if place + 1 < len(row) else ""
        counts = chunk.tag in QUANTITIES.replace("Z", "") or chunk.tag in "SRB"
        counts = (
            counts
            or (chunk.tag == "1" and after in tuple("KdYUDvT"))
            or (chunk.tag == "E" and after in tuple("Kd?") and chunk.end - chunk.start != len("least"))
        )
        if counts and not any(start < chunk.end and chunk.start < end for start, end in spans):
            last = place
            while last + 1 < len(row) and chunk.tag in "1E" and row[last + 1].tag not in ",.aP":
                last += 1
            made.append(Refused(chunk.start, row[last].end, "what it says of the trade is not understood"))
    return made


def _undecided(row: list[Chunk]) -> str:
    """Return why a time in the sentence is no month that is known; empty if there is none such."""
    return next(
        (
            chunk.data.why or "the time named is no month that is known"
            for chunk in row
            if isinstance(chunk.data, Mention) and chunk.data.role == "vague"
        ),
        "",
    )


def _period(row: list[Chunk], context: Context, trade: bool) -> None:
    """Remember the months a sentence speaks of, if it is one run; another time in it ends what was carried."""
    times = [chunk.data for chunk in row if isinstance(chunk.data, Mention)]
    if context.undecided:
        context.period = context.level = None
        return
    if context.period_sentence == context.sentence:
        return
    runs = {mention.periods for mention in times if mention.role == "in" and mention.lead not in ("from", "than")}
    if len(runs) == 1 and trade and all(mention.role in ("in", "day") for mention in times):
        context.period, context.period_sentence = runs.pop(), context.sentence
    elif any(mention.role in ("in", "vague", "since") for mention in times):
        context.period = None


def _subject(row: list[Chunk], context: Context) -> None:
    """Remember who the sentence begins with: what ``it`` will mean in the next."""
    for chunk in row:
        if chunk.tag in "-P?J,":
            continue
        if isinstance(chunk.data, Actor) and chunk.data.pointing == "subject":
            return  # "It also exported": as before
        known = isinstance(chunk.data, Actor) and not chunk.data.epithet and not chunk.owned
        context.subject = chunk.data.code if known else ""
        return


def _unread(text: str, one: Refused) -> Claim:
    return Claim(id="", kind=Kind.UNREAD, text=text[one.start : one.end], span=(one.start, one.end), why=one.why)


def _ordered(claims: list[Claim], refused: list[Refused], text: str) -> list[Claim]:
    seen: set[tuple[int, int]] = set()
    rest = []
    for one in refused:
        if (one.start, one.end) not in seen:
            seen.add((one.start, one.end))
            rest.append(_unread(text, one))
    return sorted([*claims, *rest], key=lambda claim: claim.span or (0, 0))
