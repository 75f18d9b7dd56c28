"""Cells of customs files as evidence (in the making)."""
