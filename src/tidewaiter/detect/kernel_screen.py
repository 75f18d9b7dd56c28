"""The compiled screen: every month of every series against the middle of those before it, in one pass.

Median and median absolute deviation over a sliding window that is kept sorted; nothing is fitted. It says where to look in
years of months, not what to believe.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["screen_rows"]

FEWEST = 5


@numba.njit(cache=True, nogil=True)
def screen_rows(offsets, logs, first, last, window, floor, out):  # type: ignore[no-untyped-def]
    """Robust z of each entry of series ``first .. last`` against up to ``window`` entries before it.

    ``z = (y - median) / max(1.4826 MAD, floor)``; 0 for an entry with fewer than :data:`FEWEST` before it. ``logs`` are
    float32, as they lie in compressed rows; ``out`` is float32 of the same length.
    """
    held = np.empty(window, np.float32)
    for i in range(first, last):
        begin = offsets[i]
        n = 0
        for k in range(begin, offsets[i + 1]):
            y = logs[k]
            if n >= FEWEST:
                half = n // 2
                middle = held[half] if n % 2 == 1 else np.float32(0.5) * (held[half - 1] + held[half])
                # the median of absolute deviations: walk outwards from the middle of the sorted window
                lo = half - 1
                hi = half
                need = half + 1
                before = np.float32(0.0)
                at = np.float32(0.0)
                for _ in range(need):
                    down = middle - held[lo] if lo >= 0 else np.float32(np.inf)
                    up = held[hi] - middle if hi < n else np.float32(np.inf)
                    before = at
                    if down <= up:
                        at = down
                        lo -= 1
                    else:
                        at = up
                        hi += 1
                mad = at if n % 2 == 1 else np.float32(0.5) * (before + at)
                spread = max(np.float32(1.4826) * mad, floor)
                out[k] = (y - middle) / spread
            else:
                out[k] = 0.0
            # let the oldest go, put the newest in its place
            if n == window:
                old = logs[k - window]
                j = 0
                hi = n
                while j < hi:
                    mid = (j + hi) // 2
                    if held[mid] < old:
                        j = mid + 1
                    else:
                        hi = mid
                n -= 1
            else:
                j = n
            if j < n or n < window:
                # shift towards the place of the newest
                while j < n and held[j + 1] < y:
                    held[j] = held[j + 1]
                    j += 1
                while j > 0 and held[j - 1] > y:
                    held[j] = held[j - 1]
                    j -= 1
            else:
                while j > 0 and held[j - 1] > y:
                    held[j] = held[j - 1]
                    j -= 1
            held[j] = y
            n += 1
