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


def rough_odds(
    row: Any, curve: Any, level: float, typical: float, noise: Any, recent: int, season: int, ridge: Any,
    starts: Any, hurdle: Any,
) -> Any:  # fmt: skip
    """Log odds of an event in each month of a series by the words of the first stage of the cascade; 0 where it does not look."""
    months = len(row)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.log(np.asarray(row, np.float32)).astype(float)
    y = raw - curve
    trades = [m for m in range(months) if row[m] > 0]
    weight: dict[int, float] = {}
    own_level, lift = level, 0.0
    out = np.zeros(months)
    for n, m in enumerate(trades):
        for t in trades[:n]:
            if t <= m - recent and t not in weight:
                weight[t] = 5 / (4 + ((y[t] - own_level) / typical) ** 2)
        above = y[m] - own_level
        tame = float(np.clip(above, -2 * typical, 2 * typical))
        lift = 0.6 * lift + tame
        age = int((~np.isnan(row[:m])).sum())
        gap = int((~np.isnan(row[trades[n - 1] + 1 : m])).sum()) if n else age
        if age >= 6 and (gap >= 6 or above > 2.2 * typical or (lift > 2.6 * typical and above > 0)):
            out[m] = _odds_of_month(
                y, raw[m], m, weight, trades, gap, age, n, level, typical, noise, recent, season, ridge, starts, hurdle,
            )  # fmt: skip
        own_level += tame * max(1 / (n + 1.36), 1 / 12)
    return out


def _terms_from(at: Any, origin: int, season: int) -> Any:
    d = np.asarray(at, float) - origin
    # seasons are counted from column 0
    w = 2 * np.pi * np.asarray(at, float) / season
    return np.stack([np.ones(len(d)), d / (3 * season), np.cos(w), np.sin(w), np.cos(2 * w), np.sin(2 * w)], axis=1)


def _odds_of_month(
    y: Any, now: float, m: int, weight: dict[int, float], trades: list[int], gap: int, age: int, n: int, level: float,
    typical: float, noise: Any, recent: int, season: int, ridge: Any, starts: Any, hurdle: Any,
) -> float:  # fmt: skip
    from tidewaiter.detect.channels import SMALLER, START_ABOVE, START_WIDTH
    from tidewaiter.detect.run import HALF_LIFE

    old = sorted(weight)
    x, discount = _terms_from(old, m, season), 2.0 ** ((np.array(old, float) - m) / (HALF_LIFE * season / 12))
    w = np.array([weight[t] for t in old]) * discount
    gram = x.T @ (x * w[:, None]) + np.diag(ridge)
    beta = np.linalg.solve(gram, x.T @ (w * (y[old] - level)))
    squares = float((w * (y[old] - level - x @ beta) ** 2).sum())
    variance = (noise.freedom * (noise.ratio * typical) ** 2 + squares) / (noise.freedom + discount.sum())
    here = _terms_from([m], m, season)[0]
    leverage = float(here @ np.linalg.solve(gram, here))
    last = [t for t in trades[: n + 1] if t > m - recent][::-1]
    left = y[last] - level - _terms_from(last, m, season) @ beta
    z, back = left / np.sqrt(variance), [m - t for t in last]
    state = int(np.searchsorted(hurdle.occupancy, n / max(age - gap, 1))) if n else len(hurdle.occupancy) + 1
    wait = int(np.searchsorted(hurdle.gaps, gap, side="right"))
    seldom = float(hurdle.unlikely[state, wait])
    near = [v for v, b in zip(z, back, strict=True) if b < 4]
    event = 0.0
    if z[0] > 0 and max(z[0], 1.6 * np.mean(near) if len(near) > 1 else 0) + 0.4 * seldom > 3.0:
        surge, shift = _best_of_few(
            z, back, float(np.sqrt(variance)), max(np.sqrt(noise.doubt * leverage), 0.05), noise
        )
        event = starts.weights[0] * np.exp(surge + seldom) + starts.weights[1] * np.exp(shift + seldom)
    if gap >= 6:
        v = variance * (1 + noise.doubt * leverage)
        usual = -2.5 * np.log1p(left[0] ** 2 / (4 * v)) - 0.5 * np.log(2 * v)
        telling = -0.5 * ((now - level - START_ABOVE) / START_WIDTH) ** 2 - np.log(START_WIDTH)
        size = np.clip(telling - usual, -6, 6 if left[0] >= 0 else SMALLER)
        event += starts.weights[2] * np.exp(hurdle.rare[state, wait] + size)
    return float(np.log(event) + 3) if event > 0.05 else 0.0


def _best_of_few(z: Any, back: list[int], scale: float, doubt: float, noise: Any) -> tuple[float, float]:
    from tidewaiter.detect import kernel_odds as k

    def fit(error: float, raised: Any) -> float:
        """Log density of the months, each of whose noise is told by the one before; ``raised`` tells what an event adds to each."""
        total = 0.0
        for j in range(len(z)):
            e = z[j] - raised(back[j]) - error
            rho = noise.carry ** (back[j + 1] - back[j]) if j + 1 < len(z) else 0.0
            if rho:
                e -= rho * (z[j + 1] - raised(back[j + 1]) - error)
            total -= 2.5 * np.log1p(e**2 / (1 - rho**2) / 4)
        return total

    nodes = [(0.0, 1.3), (doubt, 1.6), (doubt + noise.wide, 2.5)]
    best = {"none": -np.inf, "surge": -np.inf, "shift": -np.inf}
    for error, cost in nodes:
        given = -2.5 * np.log(cost)
        best["none"] = max(best["none"], given + fit(error, lambda b: 0.0))
        for size, share in zip(k.SURGES, k.SURGE_WEIGHTS, strict=True):
            one = fit(error, lambda b, by=size: by / scale if b == 0 else 0.0)
            best["surge"] = max(best["surge"], given + np.log(share) + one)
        for length, likely in zip(k.LENGTHS, k.LENGTH_WEIGHTS, strict=True):
            if len(z) > 1 and back[1] < length:
                for size, share in zip(k.SHIFTS, k.SHIFT_WEIGHTS, strict=True):
                    some = fit(error, lambda b, by=size, until=length: by / scale if b < until else 0.0)
                    best["shift"] = max(best["shift"], given + np.log(likely * share) + some)
    return best["surge"] - best["none"], best["shift"] - best["none"]
