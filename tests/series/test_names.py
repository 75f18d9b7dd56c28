"""Names held as numbers, beside plain lists of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tidewaiter.series.names import Names, each_in, joint


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_panels_numbered_together_are_those_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    panels: list[tuple[Sequence[str], ...]] = []
    for many in (40, 0, 25):
        reporters, partners = (
            rng.choice(words, many).tolist() for words in (["DEU", "FRA", ""], ["KGZ", "KAZ", "ARM"])
        )
        panels.append((reporters, partners))
    # One that is a part of a longer one: it knows words that it does not hold.
    whole = [Names.of(["USA", *texts, "ZZZ"]) for texts in panels[0]]
    panels.append(tuple(names[1:-1] for names in whole))
    numbers, told = joint(panels)
    seen: dict[tuple[str, str], int] = {}
    for (reporters, partners), found in zip(panels, numbers, strict=True):
        want = [seen.setdefault(pair, len(seen)) for pair in zip(reporters, partners, strict=True)]
        assert found.tolist() == want
    assert told == list(seen)


def test_names_are_the_texts_they_were_made_of() -> None:
    texts = ["KGZ", "KAZ", "KGZ", "", "ARM"]
    names = Names.of(texts)
    assert list(names) == texts
    assert names == texts
    assert names != [*texts[:-1], "KGZ"]
    assert names != texts[:-1]
    assert names.index("KAZ") == 1
    assert names[-1] == "ARM"
    assert names.take(np.array([4, 0])) == ["ARM", "KGZ"]
    assert each_in(names, {"KGZ", "USA"}).tolist() == [True, False, True, False, False]
