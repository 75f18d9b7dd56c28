"""Reading our own briefs back: their sentences have known forms, so that a brief that was received can be checked as it stands."""

from tidewaiter.claims.read.briefs.page import NOTE, WRITER, Page, Piece, brief_in

__all__ = ["NOTE", "WRITER", "Page", "Piece", "brief_in"]
