"""Where nothing could be judged, the exit code says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.cli import main


def test_an_article_of_which_nothing_is_read_is_no_clean_bill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "article.txt"
    file.write_text("In May, exports from China to North Korea fell to $14.51 million.\n", encoding="utf-8")
    assert main(["check", str(file), "--date", "2022-05-30"]) == 2
    told = capsys.readouterr()
    assert "NOT READ" in told.out
    assert "nothing was judged" in told.err
