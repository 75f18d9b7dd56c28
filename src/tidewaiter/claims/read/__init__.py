"""Prose to claims: rules and grammar, deterministic, sentence by sentence, each with its span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tidewaiter.claims.read.article import Reading, Sentence, read_article
    from tidewaiter.claims.read.numerals import parse_number

__all__ = ["Reading", "Sentence", "parse_number", "read_article"]


def __getattr__(name: str) -> Any:
    """Import a name's module when it is first asked for."""
    from importlib import import_module

    home = {"parse_number": "numerals"}.get(name, "article")
    if name in __all__:
        return getattr(import_module(f"tidewaiter.claims.read.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
