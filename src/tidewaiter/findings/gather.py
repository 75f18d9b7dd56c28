"""Candidates gathered into events: one event in many codes of one heading or chapter is one finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from tidewaiter.findings.artefacts import artefact_of
from tidewaiter.findings.candidate import Candidate, surge_of
from tidewaiter.findings.surge import Surge
from tidewaiter.store.view import View

__all__ = ["RANK", "Event", "Judged", "gather"]

RANK: Final = {"firm": 0, "likely": 1, "watch": 2, "": 3}
_MOSTLY: Final = 0.8
"""Share of the rise of a chapter, or of all goods, that makes one heading in it the event."""


class Judged(msgspec.Struct, frozen=True):
    """A candidate with its tier."""

    one: Candidate
    tier: str
    q: float
    with_the_tide: bool = False
    artefact: str = ""


class Event(msgspec.Struct, frozen=True):
    """Candidates that are one event; the first leads."""

    lead: Judged
    members: tuple[Judged, ...]
    tier: str

    @property
    def order(self) -> tuple[Any, ...]:
        """Clean ones first, then by tier and amount."""
        return bool(self.lead.artefact), RANK[self.tier], -self.lead.one.excess, self.lead.one.code, self.lead.one.id

    @property
    def size(self) -> float:
        """Of its largest candidate."""
        return max(one.one.size for one in (self.lead, *self.members))

    def told(self, view: View) -> Surge:
        """Put it into words."""
        lead, *rest = (
            surge_of(view, one.one, one.tier, one.q, with_the_tide=one.with_the_tide)
            for one in (self.lead, *self.members)
        )
        whole = all(one.with_the_tide for one in (lead, *rest))
        by = next((one.code for one in (lead, *rest) if one.tier == self.tier), lead.code)
        return msgspec.structs.replace(lead, members=tuple(rest), tier=self.tier, tier_by=by, with_the_tide=whole)


def gather(view: View, judged: Iterable[Judged]) -> list[Event]:
    """Gather candidates of one heading and way into events, the most telling first.

    A heading leads its lines. A chapter, or the total of all goods, is an event of its own only where no single event in
    it makes up most of its rise; then it leads those, else it follows the one that is behind it.
    """
    labelled = [msgspec.structs.replace(one, artefact=artefact_of(view, one.one)) for one in judged]
    by_heading: dict[tuple[str, ...], list[Judged]] = {}
    for one in labelled:
        by_heading.setdefault((*_spot(one.one), _heading(one.one.code)), []).append(one)
    by_spot: dict[tuple[str, ...], list[Event]] = {}
    for key, many in by_heading.items():
        by_spot.setdefault(key[:-1], []).append(_event(many))
    found = [event for events in by_spot.values() for event in _nested(events)]
    return sorted(found, key=lambda event: event.order)


def _spot(one: Candidate) -> tuple[str, ...]:
    return (one.dataset, *one.pair, one.panel.flow, one.way)


def _heading(code: str) -> str:
    return code if code == "TOTAL" else code[:4]


def _strength(one: Judged) -> tuple[Any, ...]:
    """Order by tier, then by the amount above (or below) what was expected; the code settles what is equal."""
    return bool(one.artefact), RANK[one.tier], -one.one.excess, one.one.code


def _event(many: Sequence[Judged]) -> Event:
    many = sorted(many, key=_strength)
    lead = next((one for one in many if len(one.one.code) <= 4 or one.one.code == "TOTAL"), many[0])
    rest = tuple(one for one in many if one is not lead)
    return Event(lead, rest, many[0].tier if not many[0].artefact else lead.tier)


def _nested(events: list[Event]) -> list[Event]:
    """Fold events of a pair into the wider ones that hold them, or those into them; the narrowest wider ones first."""
    for width in (2, 0):
        wide = [event for event in events if _width(event) == width]
        for event in wide:
            code = event.lead.one.code
            inside = [
                other
                for other in events
                if other is not event
                and (_width(other) > width or (width == 0 and other is not event))
                and (width == 0 or other.lead.one.code.startswith(code))
                and bool(other.lead.artefact) == bool(event.lead.artefact)
            ]
            if not inside:
                continue
            most = max(inside, key=lambda other: (other.lead.one.excess, other.lead.one.code))
            kept = [other for other in events if other is not event and other not in inside]
            if most.lead.one.excess >= _MOSTLY * event.lead.one.excess:
                others = [other for other in inside if other is not most]
                events = [*kept, *others, _joined(most, (event,))]
            elif width == 2:
                events = [*kept, _joined(event, inside)]
    return events


def _width(event: Event) -> int:
    code = event.lead.one.code
    return 0 if code == "TOTAL" else len(code)


def _joined(lead: Event, others: Sequence[Event]) -> Event:
    rest = [*lead.members, *(one for other in others for one in (other.lead, *other.members))]
    rest.sort(key=_strength)
    tier = min((lead.tier, *(other.tier for other in others)), key=RANK.__getitem__)
    return Event(lead.lead, tuple(rest), tier)
