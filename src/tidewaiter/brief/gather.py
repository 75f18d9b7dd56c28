"""Who is asked about, and what is known of it: from a question to a book and the subjects to tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tidewaiter.codes import area
from tidewaiter.errors import NoData, UnknownName
from tidewaiter.findings.find import Subject
from tidewaiter.model import Figure, Flow
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.sources import figures as press
from tidewaiter.sources import headings as shipped

__all__ = ["Asked", "Evidence", "Group", "ask", "gather", "heading_life", "heading_subject", "lives_of"]

FIRST_MONTH, LAST_MONTH = 1900 * 12, 2199 * 12 + 11
"""Ends of a life that is open."""


class Group(msgspec.Struct, frozen=True):
    """One group of a basket: its id and title."""

    id: str
    title: str


class Asked(msgspec.Struct, frozen=True):
    """A question with every name resolved.

    ``basket`` is the basket's own name, ``basket_file`` what the user called it by (a name or a path).
    """

    reporter: str
    partner: str
    flow: Flow
    basket: str
    period: Period
    as_of: str | None
    basket_file: str = ""


class Evidence(msgspec.Struct, frozen=True):
    """What a brief is written from.

    ``kind`` is ``press`` for printed figures and ``customs`` for a customs service's own rows. ``groups`` are those of
    the basket, so that a group of which nothing is known can be named.
    """

    kind: str
    reporter: str
    book: Book
    subjects: tuple[Subject, ...]
    groups: tuple[Group, ...]
    basket_title: str
    attribution: tuple[str, ...] = ()


def ask(
    reporter: str | None, partner: str, flow: str, basket: str | None, start: str, end: str, as_of: str | None
) -> Asked:
    """Resolve the names of a question.

    Raises
    ------
    UnknownName
        If the reporter, partner, basket or flow is in no table.
    InputError
        If the months or the date are none, or run backwards.
    """
    from datetime import date

    from tidewaiter.errors import InputError

    if flow not in (Flow.EXPORT, Flow.IMPORT):
        raise UnknownName("flow", flow, [Flow.EXPORT.value, Flow.IMPORT.value], "X is exports, M is imports.")
    if as_of is not None:
        try:
            date.fromisoformat(as_of)
        except ValueError:
            raise InputError(f"not a date: {as_of!r}; write it as YYYY-MM-DD, for example 2022-05-27") from None
    first, last = Period.parse(start), Period.parse(end)
    if last.end < first.start:
        raise InputError(f"empty period: --to {end} lies before --from {start}; swap the two")
    return Asked(
        reporter=area(reporter, "reporter").code if reporter else "",
        partner=area(partner, "partner").code,
        flow=Flow(flow),
        basket=_known_basket(basket) if basket else "",
        basket_file=basket or "",
        period=Period(first.start, last.end),
        as_of=as_of,
    )


def _known_basket(name: str) -> str:
    from tidewaiter.baskets import load_basket

    return load_basket(name).name


def gather(asked: Asked, files: Sequence[Path] = (), store: Path | None = None) -> Evidence:
    """Collect what is known of a question.

    Parameters
    ----------
    asked
        The question.
    files
        The reader's own tables of figures, beside the shipped one.
    store
        A store of customs files, asked before the shipped tables.

    Raises
    ------
    NoData
        If there is nothing to answer with; says what there is.
    """
    own = [figure for file in files for figure in press.read_figures(file)]
    evidence = None
    if store is not None:
        from tidewaiter.brief.customs import from_store

        evidence = from_store(asked, store)
    evidence = evidence or _from_press(asked, [*press.shipped_figures(), *own]) or _from_headings(asked)
    if evidence is None:
        raise NoData(_nothing(asked, own))
    return evidence


def _from_press(asked: Asked, figures: list[Figure]) -> Evidence | None:
    """Answer from printed figures, if any speaks of the pair."""
    figures = press.known_by(figures, asked.as_of)
    pair = [figure for figure in figures if figure.key.partner == asked.partner]
    reporters = sorted({figure.key.reporter for figure in pair if figure.key.flow is asked.flow})
    reporter = asked.reporter or (reporters[0] if len(reporters) == 1 else "")
    pair = [figure for figure in pair if figure.key.reporter == reporter]
    if not any(figure.key.flow is asked.flow and figure.period.overlaps(asked.period) for figure in pair):
        return None
    goods = press.goods()
    wholes = {press.good_key(good.id): press.good_key(good.part_of) for good in goods.values() if good.part_of}
    book = Book(pair, wholes=wholes)
    groups, title, members = _basket_groups(asked.basket_file)
    subjects = []
    for good in goods.values():
        keys = tuple(sorted(key for key in book.keys if key.cmd == press.good_key(good.id) and key.flow is asked.flow))
        inside = good.kind == "total" or not asked.basket or good.group in members
        if keys and inside:
            subjects.append(
                Subject(
                    id=good.id,
                    title=good.title,
                    phrase=good.phrase,
                    context=good.context,
                    keys=keys,
                    kind=good.kind,
                    group=good.group,
                    whole=good.part_of,
                    narrower=next((other.phrase for other in goods.values() if other.part_of == good.id), ""),
                    caveats=tuple(good.caveats.split()),
                )
            )
    return Evidence("press", reporter, book, tuple(subjects), groups, title)


def _basket_groups(basket: str) -> tuple[tuple[Group, ...], str, frozenset[str]]:
    if not basket:
        return (), "", frozenset()
    from tidewaiter.baskets import load_basket

    loaded = load_basket(basket)
    groups = tuple(Group(group.id, group.title) for group in loaded.groups)
    return groups, loaded.title, frozenset(group.id for group in groups)


def _from_headings(asked: Asked) -> Evidence | None:
    """Answer from the shipped table of EU exports by heading."""
    if asked.reporter not in ("", "EU27") or asked.flow is not Flow.EXPORT:
        return None
    if asked.as_of is not None and asked.as_of < shipped.ORIGIN.published_to:
        return None
    headings = [heading for heading in shipped.eu27_headings() if heading.partner == asked.partner]
    wanted = _codes(asked.basket_file)
    if wanted is not None:
        headings = [heading for heading in headings if heading.code in wanted]
    headings = [heading for heading in headings if any(month in heading.values for month in asked.period)]
    if not headings:
        return None
    figures = [figure for heading in headings for figure in shipped.heading_figures(heading)]
    subjects = tuple(heading_subject(heading.code, figures) for heading in headings)
    _, title, _ = _basket_groups(asked.basket_file)
    book = Book(figures, lives=lives_of(heading.code for heading in headings))
    return Evidence("customs", "EU27", book, subjects, (), title, (shipped.ATTRIBUTION,))


def heading_subject(code: str, figures: Sequence[Figure]) -> Subject:
    """Return the subject of a four-digit heading."""
    phrase = shipped.heading_phrase(code)
    life = heading_life(code)
    notes: tuple[str, ...] = ()
    if life is not None:
        born = life.start > FIRST_MONTH
        change = f"came into being on 1 January {life.start // 12}" if born else f"ended with December {life.end // 12}"
        notes = (f"Heading {code} {change}: on the other side of that date its goods are counted under other codes.",)
    return Subject(
        id=code,
        title=f"{phrase[:1].upper()}{phrase[1:]} ({code})",
        phrase=f"{phrase} (heading {code})",
        context=shipped.heading_context(code),
        keys=tuple(sorted({figure.key for figure in figures if figure.key.cmd == code})),
        caveats=("headings", "members"),
        notes=notes,
        born=life.start if life is not None and life.start > FIRST_MONTH else None,
    )


def lives_of(codes: Iterable[str]) -> dict[str, Period]:
    """Return the lives of the headings that a revision limits."""
    return {code: life for code in codes if (life := heading_life(code)) is not None}


def heading_life(code: str) -> Period | None:
    """Return the months in which a heading exists, where a revision of the Harmonized System limits them."""
    from tidewaiter.codes import hs

    alive = [year for year in hs.REVISIONS if hs.alive(code, year)]
    if not alive or len(alive) == len(hs.REVISIONS):
        return None
    start = alive[0] * 12 if alive[0] != hs.REVISIONS[0] else FIRST_MONTH
    after = [year for year in hs.REVISIONS if year > alive[-1]]
    return Period(start, after[0] * 12 - 1 if after else LAST_MONTH)


def _codes(basket: str) -> frozenset[str] | None:
    """Return the codes of a basket, cut to headings, or None for all."""
    if not basket:
        return None
    from tidewaiter.baskets import load_basket

    return frozenset(line.code[:4] for line in load_basket(basket).lines)


def _nothing(asked: Asked, own: Sequence[Figure]) -> str:
    """Say what there is, where there is nothing for the question."""
    every = [*press.shipped_figures(), *own]
    said = f"nothing is known of {'exports' if asked.flow is Flow.EXPORT else 'imports'} "
    said += f"({asked.reporter or 'any reporter'} with {asked.partner}) in {asked.period}"
    if asked.as_of:
        said += f" as of {asked.as_of}"
    spans = []
    pairs = sorted({(figure.key.reporter, figure.key.partner, figure.key.flow) for figure in every})
    for reporter, partner, flow in pairs:
        if partner != asked.partner or flow is Flow.TWO_WAY:
            continue
        months = [f.period for f in every if (f.key.reporter, f.key.partner, f.key.flow) == (reporter, partner, flow)]
        span = Period(min(p.start for p in months), max(p.end for p in months))
        spans.append(f"{reporter} {flow} {partner} {span}")
    if asked.partner in shipped.eu27_partners():
        spans.append(f"EU27 X {asked.partner} 2020-01..2022-11")
    if spans:
        return f"{said}; known: {', '.join(spans)}. Ask for one of these, or load a customs file: tidewaiter load FILE"
    partners = sorted({partner for _, partner, _ in pairs} | set(shipped.eu27_partners()))
    return f"{said}; partners with data: {', '.join(partners)}. Load a customs file to add others: tidewaiter load FILE"
