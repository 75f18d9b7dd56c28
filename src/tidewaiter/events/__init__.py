"""Dated events and daily indicators that trade is set against; each with its source."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec

__all__ = ["Country", "Day", "Event", "Indicator", "country", "indicators", "timeline"]


class Event(msgspec.Struct, frozen=True):
    """A dated event; ``first`` and ``last`` bound the day (ISO) and are equal where it is known.

    ``lead`` is the clause a lead is counted to ("North Korea admitted its first case"), where it makes sense to count
    one, for the baskets named.
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
    baskets: tuple[str, ...] = ()


class Day(msgspec.Struct, frozen=True):
    """One day of an indicator; None where nothing was reported."""

    day: str
    new: float | None
    cumulative: float | None


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


def indicators(area: str) -> tuple[Indicator, ...]:
    """Return the daily indicators shipped for a country, with their days."""
    found = []
    for entry in _timeline(area).get("indicator", ()):
        text = _file("indicators", entry["file"])
        assert text is not None, f"the table {entry['file']} is missing from the installation"
        days = tuple(
            Day(row["reported"], _number(row["new"]), _number(row["cumulative"]))
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
