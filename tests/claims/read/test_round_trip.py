"""What was read, written as a table for a person to correct, is read back the same."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec
import pytest

from tests.shared_data import shared
from tidewaiter.claims.form import read_claims
from tidewaiter.claims.model import Claim
from tidewaiter.claims.read import read_article
from tidewaiter.claims.written import to_csv, to_toml

_HERE = Path(__file__).parent


@cache
def _all() -> tuple[Claim, ...]:
    found: list[Claim] = []
    for name in ("corpus.toml", "heldout.toml", "second.toml", "adversarial.toml", "articles.toml", "links.toml"):
        for entry in tomllib.loads((_HERE / name).read_text(encoding="utf-8"))["s"]:
            claims = read_article(
                entry["text"], entry["date"], publisher="A | paper", address="https://example.org/a?b=1"
            ).claims
            found += [msgspec.structs.replace(claim, id=f"a{len(found)}.{claim.id}") for claim in claims]
    return tuple(found)


@pytest.mark.parametrize(("suffix", "write"), [(".toml", to_toml), (".csv", to_csv)])
def test_claims_of_every_sentence_come_back_equal(tmp_path: Path, suffix: str, write: object) -> None:
    assert callable(write)
    claims = _all()
    assert len(claims) > 200
    file = tmp_path / f"claims{suffix}"
    file.write_text(write(claims), encoding="utf-8")
    assert read_claims(file) == claims


def test_the_article_comes_back_equal(tmp_path: Path) -> None:
    claims = read_article(shared("article", "article.txt").read_text(encoding="utf-8"), "2022-05-27").claims
    file = tmp_path / "claims.toml"
    file.write_text(to_toml(claims), encoding="utf-8")
    assert read_claims(file) == claims
