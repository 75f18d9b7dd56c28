"""A brief put to the court as a reader would who received it: what became of every claim of it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tidewaiter.claims.court import sit
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.read import read_article
from tidewaiter.claims.read.briefs import brief_in
from tidewaiter.claims.read.markup import words_of
from tidewaiter.claims.verdict import Verdict
from tidewaiter.cli import main

STATED = ("not judged", "not said")
"""What the reason of a part that no claim can hold says."""


class Judged(NamedTuple):
    """Claims with their verdicts and the sentence each is of, and the sentences that have no form."""

    pairs: list[tuple[Claim, Verdict]]
    formless: list[str]
    sentences: dict[str, str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(verdict.verdict for _, verdict in self.pairs)


def own_sentences(brief: dict[str, Any]) -> list[str]:
    """Every statement of a brief that is its own."""
    told = [one["text"] for section in brief["sections"] for one in section["sentences"]]
    told += [one["text"] for curve in brief["curves"] for one in curve["sentences"]]
    return [brief["headline"], *told, *(one["text"] for one in brief["conflicts"])]


def caveats_of(brief: dict[str, Any]) -> dict[str, str]:
    """The words of each sentence with its caveats."""
    return {
        one["text"]: " ".join([one["text"], *one["caveats"]])
        for section in brief["sections"]
        for one in section["sentences"]
    }


def judged(text: str, brief: dict[str, Any], **more: Any) -> Judged:
    page = brief_in(text)
    assert page is not None
    formless = [one for one in own_sentences(brief) if page.forms.read(one) is None]
    claims = read_article(text).claims
    where = {
        claim.id: piece.words
        for claim in claims
        for piece in page.pieces
        if claim.span and piece.start <= claim.span[0] < piece.end
    }
    return Judged(list(zip(claims, sit(claims, **more).verdicts, strict=True)), formless, where)


def checked(folder: Path, name: str, *arguments: str) -> dict[str, Any]:
    """What ``tidewaiter check`` says of one of the files of a brief."""
    out = folder / f"{name}.checked.json"
    code = main(["check", str(folder / name), *arguments, "--format", "json", "--out", str(out)])
    assert code == 0, (folder, name, code)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def words(folder: Path, name: str) -> str:
    text = (folder / name).read_text(encoding="utf-8")
    return words_of(text) if name.endswith(".html") else text


def is_read(claim: Claim) -> bool:
    return claim.kind not in (Kind.UNREAD, Kind.NO_FIGURE)
