"""Find what surged, in a million series: array in, arrays out; nothing else of the project is needed.

``import tidewaiter.detect`` is light; NumPy, SciPy and Numba are imported with the first use of a name.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_WHERE = {
    "Calibration": "calibration",
    "Event": "hierarchy",
    "LevelShift": "moments",
    "Found": "cascading",
    "backscan": "backscanning",
    "cascade": "cascading",
    "level_shift": "moments",
    "level_shifts": "moments",
    "price_and_quantity": "moments",
    "scan_hierarchy": "hierarchy",
    "screen": "backscanning",
    "DensePanel": "panel",
    "STATES": "states",
    "ScanResult": "result",
    "SparsePanel": "panel",
    "calibrate": "scanning",
    "scan": "scanning",
    "scan_both": "scanning",
    "scan_panel": "scanning",
}

__all__ = [
    "STATES",
    "Calibration",
    "DensePanel",
    "Event",
    "Found",
    "LevelShift",
    "ScanResult",
    "SparsePanel",
    "backscan",
    "calibrate",
    "cascade",
    "level_shift",
    "level_shifts",
    "price_and_quantity",
    "scan",
    "scan_both",
    "scan_hierarchy",
    "scan_panel",
    "screen",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = found
    return found
