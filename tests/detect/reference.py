"""The baseline again, plainly and slowly, from its description; shares no line with the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def history(row: Floats, end: int, season: int) -> dict[str, float]:
    known = [m for m in range(end) if row[m] >= 0]
    active = [m for m in known if row[m] > 0]
    last = known.index(active[-1]) + 1 if active else 0
    now = row[end]
    top = max((row[m] for m in active), default=0.0)
    return {
        "known": len(known),
        "active": len(active),
        "gap": len(known) - last,
        "year": sum(row[m] > 0 for m in known[-12:]),
        "since_first": len(known) - known.index(active[0]) if active else 0,
        "now": np.log(now) if now > 0 else (np.nan if now == 0 else np.inf),
        "top": top,
        "top_at": next((m for m in active if row[m] == top), -1),
        "lately": int((row[max(end - 12, 0) : end] >= 0).sum()),
        "year_ago": row[end - season] if end >= season and row[end - season] >= 0 else np.nan,
    }


def value_baseline(
    row: Floats, end: int, recent: int, basis: Floats, discount: Floats, ridge: Floats,
    centre: Floats, scale: float, freedom: float,
) -> dict[str, float]:  # fmt: skip
    """Ridge regression of logs with t(4) weights, two rounds, from a robust middle."""
    at = np.array([m for m in range(end - recent + 1) if row[m] > 0], int)
    beta, gram = np.zeros(6), np.diag(ridge)
    squares = mass = 0.0
    if len(at):
        x, y, d = basis[at], np.log(row[at]) - basis[at] @ centre, discount[at]
        s2 = scale**2
        middle = np.average(y, weights=d)
        for _ in range(3):
            middle = np.average(y, weights=d / (1 + (y - middle) ** 2 / (4 * s2)))
        w = d * 5 / (4 + (y - middle) ** 2 / (2 * s2))
        for _ in range(2):
            gram = x.T @ (x * w[:, None]) + np.diag(ridge)
            beta = np.linalg.solve(gram, x.T @ (w * y))
            left = y - x @ beta
            w = d * 5 / (4 + left**2 / s2)
            squares, mass = float((w * left**2).sum()), float(d.sum())
            s2 = (freedom * scale**2 + squares) / (freedom + mass)
    pairs = pair_squares = 0.0
    for k in range(1, len(at)):
        if at[k] == at[k - 1] + 1:
            pairs += np.sqrt(w[k] * w[k - 1]) * left[k] * left[k - 1]
            pair_squares += (w[k] * left[k] ** 2 + w[k - 1] * left[k - 1] ** 2) / 2
    beta = beta + centre
    out = {
        "pairs": pairs,
        "pair_squares": pair_squares,
        "baseline": float(basis[end] @ beta),
        "squares": squares,
        "freedom": mass,
        "leverage": float(basis[end] @ np.linalg.solve(gram, basis[end])),
    }
    for j in range(6):
        m = end - j
        ok = j < recent and m >= 0 and row[m] > 0
        out[f"r{j}"] = float(np.log(row[m]) - basis[m] @ beta) if ok else np.nan
    return out


def profile(values: Floats, end: int, basis: Floats, discount: Floats) -> tuple[Floats, Floats]:
    """Normal equations within series, means taken out, of one group: right side [5] and matrix [5, 5]."""
    right, gram = np.zeros(5), np.zeros((5, 5))
    for row in values:
        at = np.array([m for m in range(end) if row[m] > 0], int)
        if len(at) < 3:
            continue
        w, x, y = discount[at], basis[at, 1:], np.log(row[at])
        x = x - np.average(x, axis=0, weights=w)
        y = np.clip(y - np.average(y, weights=w), -2.5, 2.5)
        right += x.T @ (w * y)
        gram += x.T @ (x * w[:, None])
    return right, gram


def count_baseline(
    row: Floats, end: int, recent: int, basis: Floats, discount: Floats, ridge: Floats, level: float
) -> dict[str, float]:
    """Penalised quasi-Poisson regression, seven rounds of iterated least squares, outbreaks weighted by Anscombe."""
    at = np.array([m for m in range(end - recent + 1) if row[m] >= 0], int)
    x, y, d = basis[at], row[at], discount[at]
    start = np.log(((d * y).sum() + np.exp(level)) / (d.sum() + 1))
    eta = np.full(len(at), start)
    w, phi = d.copy(), 1.0
    beta, gram = np.zeros(6), np.eye(6)
    prior = np.array([level, 0, 0, 0, 0, 0])
    squares = mass = 0.0
    for step in range(7):
        mu = np.exp(eta)
        gram = x.T @ (x * (w * mu)[:, None]) + phi * np.diag(ridge)
        beta = np.linalg.solve(gram, x.T @ (w * (mu * eta + y - mu)) + phi * ridge * prior)
        eta = np.clip(x @ beta, start - 4, start + 4)
        mu = np.exp(eta)
        anscombe = 1.5 * (y ** (2 / 3) - mu ** (2 / 3)) / (mu ** (1 / 6) * np.sqrt(phi))
        down = np.where(anscombe > 2.58, (2.58 / np.maximum(anscombe, 1e-9)) ** 2, 1.0) if step >= 2 else 1.0
        w = d * down
        squares, mass = float((w * (y - mu) ** 2 / np.maximum(mu, 0.02)).sum()), float(w.sum())
        if mass:
            phi = max((squares + 4) / (mass + 4), 1.0)
    line = np.clip(basis @ beta, start - 4, start + 4)
    out = {
        "baseline": float(line[end]),
        "squares": squares,
        "freedom": mass,
        "leverage": float(basis[end] @ np.linalg.solve(gram, basis[end])),
    }
    for j in range(6):
        m = end - j
        ok = j < recent and m >= 0 and row[m] >= 0
        out[f"y{j}"] = float(row[m]) if ok else np.nan
        out[f"mu{j}"] = float(np.exp(line[m])) if ok else np.nan
    return out


def walk(row: Any, month: int, window: int, season: int, typical: float, unlikely: Any, rare: Any) -> float:
    """How much an entry is worth a closer look, by the words of the first stage of the cascade; NaN is not known."""
    from tidewaiter.detect.silences import GAPS, OCCUPANCY

    def deviation(at: int) -> tuple[float, float]:
        """Return the step above the median (season taken out) and its z, 0 where it is not looked at."""
        past = [np.log(np.float32(v)) for v in row[:at] if v > 0][-window:]
        if len(past) < 5 or not row[at] > 0:
            return 0.0, 0.0
        middle = float(np.median(past))
        above = float(np.log(np.float32(row[at]))) - middle
        if above <= 0.4:
            return above, 0.0
        ago = row[at - season] if at >= season else 0.0
        if ago > 0 and np.log(ago) > middle:
            above -= 0.5 * (np.log(ago) - middle)
        if above <= 0.4:
            return above, 0.0
        mad = 1.4826 * float(np.median(np.abs(np.array(past) - middle)))
        n = len(past)
        return above, above / np.sqrt((n * mad**2 + 10 * typical**2) / (n + 10))

    if not row[month] > 0:
        return 0.0
    above, z = deviation(month)
    score = 2.5 * np.log1p(z * z / 4)
    trades = [at for at in range(month) if row[at] > 0]
    last = [deviation(at)[1] for at in trades[-3:][::-1]]
    if z > 0 and last and last[0] > 0:
        run = (z + sum(last)) * 0.5
        score = max(score, 2.5 * np.log1p(run * run / 4))
    age = int((~np.isnan(row[:month])).sum())
    after = row[trades[-1] + 1 : month] if trades else row[:month]
    gap = int((~np.isnan(after)).sum())
    if age >= 6 and gap > 0 and (score > 0 or gap >= 6):
        state = int(np.searchsorted(OCCUPANCY, len(trades) / max(age - gap, 1))) if trades else len(OCCUPANCY) + 1
        wait = int(np.searchsorted(GAPS, gap, side="right"))
        if gap >= 6:
            return float(max(score + unlikely[state, wait], rare[state, wait] + min(max(above, -1.0), 2.0)))
        score += unlikely[state, wait]
    return float(score)
