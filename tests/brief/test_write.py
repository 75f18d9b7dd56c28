"""Nothing half written, nothing of somebody else's touched, one line for every fault."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import msgspec
import pytest

import tidewaiter.brief.write as module
from tests.brief.sample import evidence, sample
from tidewaiter.brief.shape import Brief
from tidewaiter.brief.write import write_brief
from tidewaiter.errors import OutputError


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(
    out: Path, words: str, brief: Brief | None = None, proofs: dict[str, list[list[str]]] | None = None
) -> None:
    with pytest.raises(OutputError, match=words) as caught:
        write_brief(brief or sample(), evidence() if proofs is None else proofs, out)
    assert "\n" not in str(caught.value)


def test_a_new_folder_has_everything_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "er" / "brief"
    written = write_brief(sample(), evidence(), out)
    assert written[:3] == [out / "brief.html", out / "brief.md", out / "brief.json"]
    assert sorted(map(str, written)) == sorted(str(out / name) for name in snapshot(out))
    assert [p.name for p in out.parent.iterdir()] == ["brief"]
    assert msgspec.json.decode((out / "brief.json").read_bytes(), type=Brief) == sample()
    assert json.loads((out / "brief.json").read_bytes())["schema"] == "tidewaiter/brief/1"
    assert stat.S_IMODE(out.stat().st_mode) & 0o500 == 0o500


def test_the_same_brief_twice_is_the_same_bytes(tmp_path: Path) -> None:
    write_brief(sample(), evidence(), tmp_path / "a")
    write_brief(sample(), evidence(), tmp_path / "b")
    before = snapshot(tmp_path / "a")
    assert before == snapshot(tmp_path / "b")
    write_brief(sample(), evidence(), tmp_path / "a")
    assert snapshot(tmp_path / "a") == before


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    write_brief(sample(), evidence(), tmp_path)
    assert (tmp_path / "brief.html").is_file()


def test_old_evidence_goes_and_other_files_stay(tmp_path: Path) -> None:
    out = tmp_path / "brief"
    write_brief(sample(), {**evidence(), "old-one.csv": [["x"]]}, out)
    (out / "notes.txt").write_text("mine")
    (out / "evidence" / "notes.txt").write_text("mine")
    write_brief(sample(), evidence(), out)
    assert not (out / "evidence" / "old-one.csv").exists()
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "evidence" / "notes.txt").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["brief"]


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    others = ('{"schema": "other/1"}', "[1", "[]", "{}", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"))
    for number, (name, text) in enumerate([("thesis.txt", "x"), *(("brief.json", other) for other in others)]):
        out = tmp_path / str(number)
        out.mkdir()
        (out / name).write_text(text)
        refused(out, "is not empty and holds no brief of ours")
        assert snapshot(out) == {name: text.encode()}
    assert not list(tmp_path.glob(".*"))


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "brief").write_text("x")
    refused(tmp_path / "brief", "is a file; give a folder")
    refused(tmp_path / "brief" / "sub", "cannot write .*; nothing was left half written")
    assert (tmp_path / "brief").read_text() == "x"


def test_a_folder_or_link_where_a_file_belongs(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "brief", tmp_path / "elsewhere"
    write_brief(sample(), evidence(), out)
    (out / "brief.md").unlink()
    (out / "brief.md").mkdir()
    before = snapshot(out)
    refused(out, "brief.md is a folder")
    assert snapshot(out) == before
    (out / "brief.md").rmdir()
    (out / "evidence").rename(elsewhere)
    (out / "evidence").symlink_to(elsewhere)
    before = snapshot(elsewhere)
    refused(out, "evidence is not a folder")
    assert snapshot(elsewhere) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc, where nobody can write")
def test_a_place_where_nobody_can_write() -> None:
    refused(Path("/proc/tidewaiter/brief"), "cannot write /proc/tidewaiter/brief")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused(tmp_path / "brief", "Permission denied")
    tmp_path.chmod(0o700)


def test_a_path_with_a_nul() -> None:
    refused(Path("a\0b"), "cannot write")


def test_a_name_too_long(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300), "give a shorter name")


@pytest.mark.parametrize("fail_at", [0, 1, 5, 12, 20])
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int) -> None:
    out = tmp_path / "brief"
    write_brief(sample(), evidence(), out)
    before = snapshot(out)
    count = 0

    def full(_: int) -> None:
        nonlocal count
        count += 1
        if count > fail_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    changed = msgspec.structs.replace(sample(), headline="Another")
    if fail_at < 20:
        refused(out, "No space left on device; nothing was left half written; make room", changed)
        assert snapshot(out) == before
        refused(tmp_path / "new", "No space left")
        assert [p.name for p in tmp_path.iterdir()] == ["brief"]


@pytest.mark.parametrize("fail_at", range(0, 20, 4))
def test_a_move_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int) -> None:
    out = tmp_path / "brief"
    write_brief(sample(), evidence(), out)
    before = snapshot(out)
    real, count = Path.replace, 0

    def fails(self: Path, target: Path) -> Path:
        nonlocal count
        if ".part" in str(self) and "before" not in str(self):
            count += 1
            if count == fail_at + 1:
                raise OSError(errno.EIO, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    proofs = {**evidence(), "a-new-one.csv": [["x"]]}
    refused(out, "Input/output error", msgspec.structs.replace(sample(), headline="Another"), proofs)
    assert snapshot(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["brief"]


@pytest.mark.parametrize(
    "name", ["../x.csv", "a/b.csv", "/etc/x.csv", ".hidden.csv", "", "a\\b.csv", "con.csv", "x\0.csv", "x" * 130]
)
def test_names_that_are_no_file_names(tmp_path: Path, name: str) -> None:
    refused(tmp_path / "brief", "cannot be a file name|no evidence was given", proofs={**evidence(), name: [["x"]]})
    assert not list(tmp_path.iterdir())


def test_names_that_differ_only_in_case(tmp_path: Path) -> None:
    refused(tmp_path / "brief", "one file on some systems", proofs={**evidence(), "A.csv": [], "a.csv": []})


def test_a_sentence_without_its_proof(tmp_path: Path) -> None:
    proofs = evidence()
    del proofs["masks-sum.csv"]
    refused(tmp_path / "brief", "no evidence was given for 'masks-sum.csv'", proofs=proofs)
    assert not list(tmp_path.iterdir())
