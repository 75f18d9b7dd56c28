"""Who is asked about, and what is known of it: from a question to a book and the subjects to tell of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from tidewaiter.brief.lines import HEADING, code_subject, lives_of, without_row
from tidewaiter.codes import area
from tidewaiter.codes.parties import party
from tidewaiter.errors import NoData, UnknownName
from tidewaiter.events import Event, own_event
from tidewaiter.findings.caveats import holds
from tidewaiter.findings.find import Subject
from tidewaiter.model import Figure, Flow
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.sources import figures as press
from tidewaiter.sources import headings as shipped

__all__ = ["Asked", "Evidence", "Group", "ask", "basket_groups", "gather"]

_SHIPPED = Period.parse("2020-01..2022-11")
"""The months of the shipped table of EU exports."""


class Group(msgspec.Struct, frozen=True):
    """One group of a basket: its id and title."""

    id: str
    title: str


class Asked(msgspec.Struct, frozen=True):
    """A question with every name resolved.

    ``basket`` is the basket's own name, ``basket_file`` what the user called it by (a name or a path); ``events`` are the
    user's own, beside those that are shipped.
    """

    reporter: str
    partner: str
    flow: Flow
    basket: str
    period: Period
    as_of: str | None
    basket_file: str = ""
    events: tuple[Event, ...] = ()


class Evidence(msgspec.Struct, frozen=True):
    """What a brief is written from.

    ``kind`` is ``press`` for printed figures and ``customs`` for a customs service's own rows. ``groups`` are those of
    the basket, so that a group of which nothing is known can be named; ``left_out`` says what is known but not told.
    """

    kind: str
    reporter: str
    book: Book
    subjects: tuple[Subject, ...]
    groups: tuple[Group, ...]
    basket_title: str
    attribution: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def ask(
    reporter: str | None,
    partner: str,
    flow: str,
    basket: str | None,
    start: str,
    end: str,
    as_of: str | None,
    events: Sequence[str] = (),
) -> Asked:
    """Resolve the names of a question; ``events`` are written ``DATE=TEXT``.

    Raises
    ------
    UnknownName
        If the reporter, partner, basket or flow is in no table.
    InputError
        If the months, the date or an event are none, or run backwards.
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
    for option, name in (("--reporter", reporter), ("--partner", partner)):
        if name and not party(name, option[2:]).own:
            raise InputError(
                f"{option} {name!r}: a brief tells of one country or one group on each side; write one for each"
            )
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
        events=tuple(own_event(text) for text in events),
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
    ours = [figure for figure in own if _speaks(figure, asked)]
    notes: list[str] = []
    if own and not ours:
        notes.append(
            f"The tables of figures that were given ({', '.join(file.name for file in files)}) hold nothing on this pair, flow and period."
        )
    evidence = None
    if store is not None and not ours:
        from tidewaiter.brief.customs import from_store

        evidence = from_store(asked, store)
    elif store is not None:
        notes.append("Customs files in the store were left aside, because figures on this pair were given.")
    evidence = evidence or _from_press(asked, [*press.shipped_figures(), *own]) or _from_headings(asked)
    if evidence is None:
        raise NoData(_nothing(asked, own))
    return msgspec.structs.replace(evidence, left_out=(*evidence.left_out, *notes))


def _speaks(figure: Figure, asked: Asked) -> bool:
    """Whether a figure speaks of the pair and flow in the period."""
    key = figure.key
    pair = key.partner == asked.partner and key.flow is asked.flow and asked.reporter in ("", key.reporter)
    return pair and figure.period.overlaps(asked.period)


def _from_press(asked: Asked, figures: list[Figure]) -> Evidence | None:
    """Answer from printed figures, if any speaks of the pair."""
    figures = press.known_by(figures, asked.as_of)
    pair = [figure for figure in figures if figure.key.partner == asked.partner]
    reporters = sorted({figure.key.reporter for figure in pair if figure.key.flow is asked.flow})
    reporter = asked.reporter or (reporters[0] if len(reporters) == 1 else "")
    pair = [figure for figure in pair if figure.key.reporter == reporter]
    if not any(figure.key.flow is asked.flow and figure.period.overlaps(asked.period) for figure in pair):
        return None
    goods = {good.id: good for good in press.goods().values()}
    own = {
        key.cmd: good for figure in pair if (good := press.good_of((key := figure.key).cmd)) and good.id not in goods
    }
    wholes = {press.good_key(good.id): press.good_key(good.part_of) for good in goods.values() if good.part_of}
    book = Book(pair, wholes=wholes)
    groups, title, members = basket_groups(asked.basket_file)
    subjects = []
    for cmd, good in [*((press.good_key(name), good) for name, good in goods.items()), *own.items()]:
        keys = tuple(sorted(key for key in book.keys if key.cmd == cmd and key.flow is asked.flow))
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
                    caveats=tuple(one for one in good.caveats.split() if holds(one, reporter, asked.period)),
                )
            )
    outside = sorted(good.title for good in own.values()) if asked.basket else []
    left_out = tuple(f"{name}: in the table of figures, but in no group of the basket." for name in outside)
    return Evidence("press", reporter, book, tuple(subjects), groups, title, left_out=left_out)


def basket_groups(basket: str) -> tuple[tuple[Group, ...], str, frozenset[str]]:
    """Return the groups of a basket, its title, and the ids of its groups; nothing for no basket."""
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
    subjects = tuple(code_subject(heading.code, figures) for heading in headings)
    _, title, _ = basket_groups(asked.basket_file)
    book = Book(figures, lives=lives_of(heading.code for heading in headings))
    missing = () if wanted is None else without_row(wanted, [h.code for h in headings], HEADING, asked.period.end // 12)
    return Evidence("customs", "EU27", book, subjects, (), title, (shipped.ATTRIBUTION,), missing)


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
    said += f"({asked.reporter or 'any reporter'} with {asked.partner})"
    said += f" of the goods of basket {asked.basket!r}" if asked.basket else ""
    said += f" in {asked.period}" + (f" as of {asked.as_of}" if asked.as_of else "")
    here = {pair: span for pair, span in _spans(every).items() if pair[1] == asked.partner}
    if here:
        reporters = sorted({reporter for reporter, _, flow in here if flow is asked.flow})
        known = ", ".join(
            f"{reporter} {flow} {partner} {span}" for (reporter, partner, flow), span in sorted(here.items())
        )
        step = "Ask for one of these" if asked.reporter or len(reporters) < 2 else "Name one reporter with --reporter"
        return f"{said}; known: {known}. {step}, or load a customs file: tidewaiter load FILE"
    pairs = sorted({f"{reporter} with {partner}" for reporter, partner, _ in _spans(every)})
    return f"{said}; pairs with data: {', '.join(pairs)}. Load a customs file to add others: tidewaiter load FILE"


def _spans(figures: Sequence[Figure]) -> dict[tuple[str, str, Flow], Period]:
    """Return the pairs and flows of which anything is known, with the first and last month."""
    found: dict[tuple[str, str, Flow], Period] = {}
    for figure in figures:
        pair = (figure.key.reporter, figure.key.partner, figure.key.flow)
        span = found.get(pair, figure.period)
        if pair[2] is not Flow.TWO_WAY:
            found[pair] = Period(min(span.start, figure.period.start), max(span.end, figure.period.end))
    for partner in shipped.eu27_partners():
        found["EU27", partner, Flow.EXPORT] = _SHIPPED
    return found
