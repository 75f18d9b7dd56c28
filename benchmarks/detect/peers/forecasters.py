"""Scores of other Python methods: ``python forecasters.py METHOD SCALE INPUT.npy OUTPUT.npy`` in their own environment.

Stands alone: it imports nothing of this project. The input is float64 [n, months], the last month to be judged; the
output float64 [n], higher is more surprising. Prints the CPU seconds of the method alone, imports, compiling and a
warm-up on 50 series left out. SCALE is ``log`` (log(1 + value)) or ``raw`` (each series over its own mean): neither suits
all, so both are tried and the better one is told.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402

import numpy as np  # noqa: E402

warnings.filterwarnings("ignore")
SEASON = 12


def _frame(values):
    import pandas as pd

    n, months = values.shape
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(n), months),
            "ds": np.tile(np.arange(1, months + 1), n),
            "y": values.ravel(),
        }
    )


def _interval(model, values, level=90):
    """Distance of the last month from the forecast, in half-widths of its interval."""
    from statsforecast import StatsForecast

    found = StatsForecast(models=[model], freq=1, n_jobs=1).forecast(df=_frame(values[:, :-1]), h=1, level=[level])
    found = found.sort_values("unique_id")
    name = next(c for c in found.columns if c not in ("unique_id", "ds") and "-hi-" not in c and "-lo-" not in c)
    middle, high = found[name].to_numpy(), found[f"{name}-hi-{level}"].to_numpy()
    return (values[:, -1] - middle) / np.maximum(high - middle, 1e-3)


def auto_ets(values):
    from statsforecast.models import AutoETS

    return _interval(AutoETS(season_length=SEASON), values)


def seasonal_naive_conformal(values):
    from statsforecast.models import SeasonalNaive
    from statsforecast.utils import ConformalIntervals

    windows = ConformalIntervals(h=1, n_windows=min(24, values.shape[1] - 2 * SEASON))
    return _interval(SeasonalNaive(season_length=SEASON, prediction_intervals=windows), values)


def adida_conformal(values):
    from statsforecast.models import ADIDA
    from statsforecast.utils import ConformalIntervals

    windows = ConformalIntervals(h=1, n_windows=min(24, values.shape[1] - 2 * SEASON))
    return _interval(ADIDA(prediction_intervals=windows), values)


def stl_robust(values):
    from statsmodels.tsa.seasonal import STL

    out = np.empty(len(values))
    for i, y in enumerate(values):
        left = STL(y, period=SEASON, robust=True).fit().resid
        spread = 1.4826 * np.median(np.abs(left[:-1] - np.median(left[:-1])))
        out[i] = left[-1] / max(spread, 0.05)
    return out


def ecod(values):
    from pyod.models.ecod import ECOD

    y = values
    now = y[:, -1]
    features = [now - y[:, -13], now - y[:, -13:-1].mean(1), now - y[:, :-1].max(1), now - np.median(y[:, :-1], axis=1)]
    model = ECOD(n_jobs=1)
    model.fit(np.stack(features, 1))
    return model.decision_scores_


METHODS = {
    "AutoETS": auto_ets,
    "seasonal naive conformal": seasonal_naive_conformal,
    "ADIDA conformal": adida_conformal,
    "STL robust": stl_robust,
    "ECOD": ecod,
}

if __name__ == "__main__":
    method, scale, source, target = sys.argv[1:]
    given = np.load(source)
    given = np.log1p(given) if scale == "log" else given / np.maximum(given.mean(axis=1, keepdims=True), 1e-300)
    METHODS[method](given[:50])
    began = time.process_time()
    score = METHODS[method](given)
    print("cpu", time.process_time() - began)
    np.save(target, score)
