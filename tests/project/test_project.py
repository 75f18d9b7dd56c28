"""What the project promises about itself: documented, light, clean."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import tidewaiter
from tidewaiter.cli.reference import reference
from tidewaiter.config import Config

ROOT = Path(__file__).resolve().parents[2]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_every_command_and_option_is_documented_as_it_is() -> None:
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == reference(), "run: make docs"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Config):
        assert f"`{field.name}`" in page
        assert f"`TIDEWAITER_{field.name.upper()}`" in page


def test_help_imports_nothing_heavy() -> None:
    heavy = ["numpy", "pyarrow", "duckdb", "numba", "scipy", "jinja2", "pandas", "altair", "msgspec", "httpx2"]
    code = (
        "import sys\nfrom tidewaiter.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_every_all_is_sorted_and_true() -> None:
    for info in pkgutil.walk_packages(tidewaiter.__path__, "tidewaiter."):
        if info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        names = getattr(module, "__all__", None)
        if names is None:
            continue
        assert len(set(names)) == len(names), info.name
        for name in names:
            assert hasattr(module, name), f"{info.name}.{name}"


def test_the_repository_holds_nothing_of_a_machine() -> None:
    bad = re.compile(
        rb"(^|[^a-zA-Z.])/(work|home)/[a-z]|/site-packages/|https?://[^ \n]*(/simple/|/packages/[0-9a-f]{2}/|\.tgz)",
        re.MULTILINE,
    )
    for path in tracked():
        if path.suffix in {".png", ".gz", ".parquet", ".xlsx"} or path == Path(__file__):
            continue
        found = bad.search(path.read_bytes())
        assert found is None, f"{path.relative_to(ROOT)}: {found and found[0]!r}"


def test_files_are_small() -> None:
    for path in tracked():
        assert path.stat().st_size <= 1024 * 1024, path
        if path.suffix == ".py" and "src" in path.parts:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 500, f"{path.relative_to(ROOT)} has {lines} lines"


def test_the_changelog_knows_the_version() -> None:
    assert f"[{tidewaiter.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_pins_hold_hashes_and_no_addresses() -> None:
    for name in ("constraints.txt", "constraints-dev.txt", "constraints-bench.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for mark in ("://", "--index", "--find-links"):
            assert mark not in text
        pins = re.findall(r"^[a-z0-9_.-]+==", text, re.MULTILINE)
        assert len(pins) > 5
        for block in re.split(r"\n(?=[a-z])", text):
            if "==" in block:
                assert "--hash=sha256:" in block, block


def test_every_column_of_a_figures_table_is_documented() -> None:
    from tidewaiter.sources.figures import OWN_COLUMNS, SENSES

    page = (ROOT / "docs/figures.md").read_text(encoding="utf-8")
    for name in (*OWN_COLUMNS, "id", "note", *filter(None, SENSES)):
        assert f"`{name}`" in page, name
