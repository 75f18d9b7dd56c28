"""The bounds of an expression given evidence, and the smallest evidence that proves them; nothing here reads a file."""

from tidewaiter.ledger.conflicts import Conflict
from tidewaiter.ledger.ledger import Ledger
from tidewaiter.ledger.rows import Bounds, Cell, Row, Terms

__all__ = ["Bounds", "Cell", "Conflict", "Ledger", "Row", "Terms"]
