"""Runs the other methods in their own processes; says clearly which are absent and how to get them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["FORECASTERS", "Scored", "farrington", "forecaster", "have_farrington", "have_forecasters"]

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FORECASTERS = ("AutoETS", "seasonal naive conformal", "ADIDA conformal", "STL robust", "ECOD")


@dataclass(frozen=True)
class Scored:
    """Scores [n] of one method and the CPU seconds it took for them."""

    score: NDArray[np.float64]
    cpu: float


def _python() -> Path:
    return Path(os.environ.get("BENCH_VENV", ROOT / ".venv-bench")) / "bin" / "python"


def have_forecasters() -> bool:
    """Whether the Python peers are installed; says how to install them where they are not."""
    if _python().exists():
        return True
    print("  statsforecast, statsmodels and PyOD are not installed: `make bench` installs them; left out here")
    return False


def have_farrington() -> bool:
    """Whether R and its package surveillance are there; says how to install them where they are not."""
    if shutil.which("Rscript"):
        there = subprocess.run(["Rscript", "-e", "library(surveillance)"], capture_output=True, check=False)
        if there.returncode == 0:
            return True
    print("  R's surveillance is not installed (Debian: apt-get install r-cran-surveillance); left out here")
    return False


def _cpu(printed: str) -> float:
    words = printed.split()
    return float(words[words.index("cpu") + 1])


def forecaster(method: str, values: NDArray[np.float64], scale: str = "log") -> Scored:
    """Score the last month of ``values`` with one of :data:`FORECASTERS`, on the ``log`` or the ``raw`` scale."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in.npy", f"{folder}/out.npy"
        np.save(source, values)
        command = [str(_python()), str(HERE / "forecasters.py"), method, scale, source, target]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{method} failed: {done.stderr.strip().splitlines()[-1]}")
        return Scored(np.load(target), _cpu(done.stdout))


def farrington(values: NDArray[np.float64], season: int, tested: int) -> tuple[NDArray[np.float64], Scored]:
    """Run farringtonFlexible on whole numbers.

    Returns
    -------
    alarms, scored
        Float [n, tested] (NaN where it failed) at alpha .01, and ``-log10 p`` [n, tested] with the CPU seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/in.csv", f"{folder}/out.csv"
        np.savetxt(source, np.round(values), "%d", ",")
        command = ["Rscript", str(HERE / "farrington.R"), source, target, str(season), str(tested)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"farringtonFlexible failed: {done.stderr.strip().splitlines()[-1]}")
        out = np.genfromtxt(target, delimiter=",").reshape(len(values), 3, tested)
        score = -np.log10(np.maximum(np.nan_to_num(out[:, 1], nan=1.0), 1e-300))
        return out[:, 0], Scored(score, _cpu(done.stdout))
