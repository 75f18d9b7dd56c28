"""The question a scan is asked, and why the store may have nothing to answer it with."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter.codes import area_name
from tidewaiter.period import Period, month, month_words
from tidewaiter.series.kept import kept_list
from tidewaiter.store.coverage import is_group
from tidewaiter.store.view import View

__all__ = ["Asked", "nothing_words", "partners_there"]

_MOST = 12


class Asked(msgspec.Struct, frozen=True):
    """What to look at; as the options of ``tidewaiter scan``."""

    reporters: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    flow: str | None = None
    basket: str | None = None
    digits: int | None = None
    dataset: str | None = None
    month: str | None = None
    months: int = 72
    as_of: str | None = None
    measure: str = "value"
    channels: tuple[str, ...] = ("spike", "sustained", "start")
    at_least: float = 0.0


def partners_there(view: View, dataset: str) -> list[str]:
    """Return the partners of the latest month of a dataset."""

    def look() -> list[str]:
        last = max(last for (one, _, _), spans in view.spans.items() if one == dataset for _, last in spans)
        return view.rows(datasets=dataset, period=Period(last, last))["partner"].unique().to_pylist()  # type: ignore[no-any-return]

    return kept_list(view, dataset, "partners", look)


def nothing_words(view: View, asked: Asked, reporters: Sequence[str] | None, partners: Sequence[str]) -> str:
    """Say of each dataset why it has nothing of a question, by the first part of the question that it does not have."""
    datasets = view.datasets() if asked.dataset is None else (asked.dataset,)
    if not datasets:
        return "the store has no row; tidewaiter load FILE brings some"
    why = "; ".join(f"{dataset} has {_lacks(view, dataset, asked, reporters, partners)}" for dataset in datasets[:4])
    more = f"; and so in {len(datasets) - 4} more datasets" if len(datasets) > 4 else ""
    return f"the store has no row of what was asked for: {why}{more} (tidewaiter coverage shows what is there)"


def _lacks(view: View, dataset: str, asked: Asked, reporters: Sequence[str] | None, partners: Sequence[str]) -> str:
    who = {one for name, one, _ in view.spans if name == dataset}
    if reporters is not None and not who & set(reporters):
        return f"no reporter {_few(reporters)}, only {_few(sorted(who))}"
    mine = {
        key: spans
        for key, spans in view.spans.items()
        if key[0] == dataset and (reporters is None or key[1] in reporters)
    }
    flows = {flow for _, _, flow in mine}
    if asked.flow is not None and asked.flow not in flows:
        return f"no flow {asked.flow}, only {_few(sorted(flows))}"
    spans = [span for key, every in mine.items() if asked.flow in (None, key[2]) for span in every]
    first, last = min(one for one, _ in spans), max(one for _, one in spans)
    if not any(one == two for one, two in spans):
        return "no single months, only longer periods"
    if asked.month is not None and month(asked.month) < first:
        return f"nothing before {month_words(first)}"
    listed = partners_there(view, dataset)
    if partners and not set(partners) & set(listed):
        if all(is_group(one) for one in partners):
            return f"no row that is looked at: {_few(partners)} stands for several countries, whose own rows are looked at instead"
        return f"no partner {_few(partners)} in {month_words(last)}, its latest month, only {_few(sorted(listed))}"
    digits = view.digits(dataset)
    if asked.digits is not None and asked.digits not in digits:
        return f"no codes of {asked.digits} digits, only of {' and '.join(str(one) for one in digits)}"
    if asked.basket is not None:
        return f"no code of the basket {asked.basket} in the month"
    return f"rows from {month_words(first)} to {month_words(last)}, but none of this"


def _few(codes: Sequence[str]) -> str:
    named = [f"{one} ({area_name(one)})" if len(one) == 3 else one for one in codes[:_MOST]]
    return ", ".join(named) + (f" and {len(codes) - _MOST} more" if len(codes) > _MOST else "")
