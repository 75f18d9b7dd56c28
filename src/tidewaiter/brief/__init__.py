"""Findings written up: composed once, printed as HTML, Markdown and JSON with the same words."""
