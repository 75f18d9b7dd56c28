"""Baskets: named, versioned lists of codes, each line with its reason and its source, that survive a revision."""

from __future__ import annotations

from tidewaiter.baskets.basket import Basket, Check, Group, Line, NationalLine, Source, list_baskets, load_basket
from tidewaiter.baskets.resolve import ResolvedBasket, ResolvedLine, diff, failures, resolve, unreported

__all__ = [
    "Basket",
    "Check",
    "Group",
    "Line",
    "NationalLine",
    "ResolvedBasket",
    "ResolvedLine",
    "Source",
    "diff",
    "failures",
    "list_baskets",
    "load_basket",
    "resolve",
    "unreported",
]
