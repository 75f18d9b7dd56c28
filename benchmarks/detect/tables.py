"""Tables as they are printed and as they stand in ``docs/detection.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["show", "with_error"]


def with_error(value: float, error: float, digits: int = 2) -> str:
    """Return ``value ± error``."""
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        if value != value:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 10 else f"{value:.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def show(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one Markdown table under its title."""
    print(f"\n**{title}**\n", flush=True)
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(_cell(c) for c in row) + " |", flush=True)
