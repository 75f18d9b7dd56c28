"""Files in every wrapping: read whole or refused, streamed, bounded, and nothing written where an archive says."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
import zstandard

from tidewaiter.errors import BadFile
from tidewaiter.sources import compressed
from tidewaiter.sources.compressed import head_of, open_content

TABLE = b"reporter,partner,flow,product_code,period,value_eur\n" + b"".join(
    b"DE,KG,EXPORT,%08d,2022-%02d,%d\n" % (number * 7919 % 10**8, number % 12 + 1, number * number)
    for number in range(4_000)
)


def gz(data: bytes) -> bytes:
    return gzip.compress(data)


def zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def zipped(data: bytes, name: str = "folder/data.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def seven(data: bytes, name: str = "full_202209.dat", **options: object) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **options) as archive:  # type: ignore[arg-type]
        archive.writestr(data, name)
    return out.getvalue()


def outside(data: bytes, name: str) -> bytes:
    """Make a 7z whose member has a path that leads out: the library itself writes none, so its check is passed by."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(data, "data.csv")
        archive.files.files_list[0]["filename"] = name
    return out.getvalue()


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {"gz": gz, "zst": zst, "zip": zipped, "7z": seven}


def content(path: Path) -> bytes:
    with open_content(path) as stream:
        return stream.read()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "no.telling"


@pytest.mark.parametrize("kind", WRAPPINGS)
def test_what_went_in_comes_out_whatever_the_name_says(path: Path, kind: str) -> None:
    path.write_bytes(WRAPPINGS[kind](TABLE))
    assert content(path) == TABLE
    assert head_of(path) == TABLE[: compressed.HEAD]
    path.write_bytes(WRAPPINGS[kind](b""))
    assert content(path) == b""


def test_several_members_of_gz_and_frames_of_zst_follow_each_other(path: Path) -> None:
    path.write_bytes(gz(TABLE[:1000]) + gz(TABLE[1000:]))
    assert content(path) == TABLE
    path.write_bytes(zst(TABLE[:1000]) + zst(TABLE[1000:]))
    assert content(path) == TABLE


@pytest.mark.parametrize("kind", WRAPPINGS)
def test_no_cut_is_taken_for_the_end(path: Path, kind: str) -> None:
    whole = WRAPPINGS[kind](TABLE)
    for end in [*range(7, 60, 5), *range(60, len(whole), len(whole) // 25), len(whole) - 1]:
        path.write_bytes(whole[:end])
        with pytest.raises(BadFile) as error:
            content(path)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", WRAPPINGS)
def test_a_changed_byte_never_changes_a_row(path: Path, kind: str) -> None:
    whole = WRAPPINGS[kind](TABLE)
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with contextlib.suppress(BadFile):
            # A byte of a name, a time or the magic itself is not content: then the content is whole, or plainly none.
            assert content(path) == TABLE or place < 6


@pytest.mark.parametrize("kind", WRAPPINGS)
def test_a_bomb_is_refused_while_it_grows(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "MOST_FREE", 1 << 20)
    path.write_bytes(WRAPPINGS[kind](b"0" * (16 << 20)))
    with pytest.raises(BadFile, match="expands to more than 200 times"):
        content(path)


@pytest.mark.parametrize("name", ["../../outside.csv", "/outside.csv", "..\\outside.csv"])
def test_the_paths_of_an_archive_are_only_names(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    for kind, data in (("zip", zipped(TABLE, name)), ("7z", seven(TABLE, "data.csv")), ("7z", outside(TABLE, name))):
        path = inner / kind
        path.write_bytes(data)
        assert content(path) == TABLE
    assert sorted(one.name for one in tmp_path.rglob("*") if one.is_file()) == ["7z", "zip"]


def test_more_or_fewer_files_than_one_are_named(path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"1")
        archive.writestr("b\n.csv", b"2")
        archive.writestr("__MACOSX/._a.csv", b"3")
    path.write_bytes(out.getvalue())
    with pytest.raises(BadFile, match=r"holds 2 files \(a.csv, b\\n.csv\)"):
        open_content(path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w"):
        pass
    path.write_bytes(out.getvalue())
    with pytest.raises(BadFile, match="holds no file"):
        open_content(path)


def test_an_encrypted_archive_is_called_one(path: Path) -> None:
    path.write_bytes(seven(b"secret", password="tide"))
    with pytest.raises(BadFile, match="encrypted"):
        open_content(path)
    plain = bytearray(zipped(b"secret"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(mark) + place] |= 1
    path.write_bytes(bytes(plain))
    with pytest.raises(BadFile, match="encrypted"):
        open_content(path)


def test_an_archive_that_asks_for_too_much_memory_is_refused(path: Path) -> None:
    path.write_bytes(seven(TABLE, filters=[{"id": py7zr.FILTER_LZMA2, "dict_size": 1 << 30, "preset": 0}]))
    with pytest.raises(BadFile, match="MB of memory"):
        open_content(path)


def test_a_stream_that_is_given_up_leaves_nothing_running(path: Path) -> None:
    import threading

    path.write_bytes(seven(os.urandom(300_000)))
    before = threading.active_count()
    for _ in range(3):
        assert len(head_of(path)) == compressed.HEAD
    assert threading.active_count() == before


def test_a_workbook_is_left_as_it_is(path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    path.write_bytes(out.getvalue())
    assert content(path) == out.getvalue()
