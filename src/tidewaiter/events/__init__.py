"""Dated events and daily indicators that trade is set against; each with its source."""

from __future__ import annotations

import csv
import tomllib
from calendar import monthrange
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.period import month, month_words

__all__ = ["Country", "Day", "Event", "Indicator", "country", "indicators", "own_event", "timeline"]

MOST_TEXT = 200
"""Characters of an event's text."""


class Event(msgspec.Struct, frozen=True):
    """A dated event; ``first`` and ``last`` bound the day (ISO) and are equal where it is known.

    ``lead`` is the clause a lead is counted to ("North Korea admitted its first case"), where it makes sense to count
    one, for the baskets named. ``level`` is the clause that the level of trade before it is told with, where it changed trade as a
    whole.
    """

    id: str
    first: str
    last: str
    when: str
    label: str
    what: str
    source: str
    address: str = ""
    lead: str = ""
    level: str = ""
    baskets: tuple[str, ...] = ()


class Day(msgspec.Struct, frozen=True):
    """One day of an indicator; None where nothing was reported. ``deaths`` is the total of deaths told beside it."""

    day: str
    new: float | None
    cumulative: float | None
    deaths: float | None = None


class Indicator(msgspec.Struct, frozen=True):
    """A daily count, with the caveat that must travel with it."""

    id: str
    file: str
    title: str
    unit: str
    noun: str
    source: str
    caveat: str
    after: str
    baskets: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()


class Country(msgspec.Struct, frozen=True):
    """One line of context for a country."""

    text: str
    people: float
    source: str


def _file(*parts: str) -> str | None:
    file = resources.files("tidewaiter.events").joinpath(*parts)
    return file.read_text(encoding="utf-8") if file.is_file() else None


@cache
def _timeline(area: str) -> dict[str, Any]:
    text = _file("timelines", f"{area}.toml") if area.isalnum() else None
    return tomllib.loads(text) if text else {}


def timeline(area: str) -> tuple[Event, ...]:
    """Return the events shipped for a country, in order; empty where there are none.

    Examples
    --------
    >>> [event.id for event in timeline("PRK")][-1]
    'first-case'
    """
    found = [msgspec.convert(event, Event) for event in _timeline(area).get("event", ())]
    return tuple(sorted(found, key=lambda event: (event.first, event.last)))


def own_event(text: str) -> Event:
    """Read an event that a reader gives: ``2022-05-12=Border closes``, or a month ``2022-05=...`` where the day is not known.

    Raises
    ------
    InputError
        If there is no such day or month, or no text.

    Examples
    --------
    >>> own_event("2022-05=Lockdown").first, own_event("2022-05=Lockdown").last, own_event("2022-05-12=Lockdown").when
    ('2022-05-01', '2022-05-31', '12 May 2022')
    """
    day, sign, what = (part.strip() for part in text.partition("="))
    form = "write DATE=TEXT, for example 2022-05-12=First case admitted (or 2022-05=... where only the month is known)"
    if not sign:
        raise InputError(f"not an event: {text!r}; {form}")
    if not what or not what.isprintable() or len(what) > MOST_TEXT:
        raise InputError(f"event {text[:60]!r} has no text of 1 to {MOST_TEXT} printable characters; {form}")
    try:
        if len(day) == len("2022-05"):
            number = month(day)
            first = date(number // 12, number % 12 + 1, 1)
            last = date(number // 12, number % 12 + 1, monthrange(number // 12, number % 12 + 1)[1])
            when = month_words(number)
        else:
            first = last = date.fromisoformat(day)
            when = f"{first.day} {month_words(month(day[:7]))}"
    except (ValueError, InputError):
        raise InputError(f"not a day of an event: {day!r}; {form}") from None
    return Event("own", first.isoformat(), last.isoformat(), when, what, what, "given with the question")


def indicators(area: str) -> tuple[Indicator, ...]:
    """Return the daily indicators shipped for a country, with their days."""
    found = []
    for entry in _timeline(area).get("indicator", ()):
        text = _file("indicators", entry["file"])
        assert text is not None, f"the table {entry['file']} is missing from the installation"
        days = tuple(
            Day(
                row["reported"],
                _number(row["new"]),
                _number(row["cumulative"]),
                _number(row.get("deaths_cumulative", "")),
            )
            for row in csv.DictReader(text.splitlines())
        )
        found.append(msgspec.structs.replace(msgspec.convert(entry, Indicator), days=days))
    return tuple(found)


def country(area: str) -> Country | None:
    """Return the line of context for a country, or None."""
    text = _file("countries.toml")
    entry = tomllib.loads(text or "").get(area)
    return msgspec.convert(entry, Country) if entry else None


def _number(text: str) -> float | None:
    return float(text) if text else None
