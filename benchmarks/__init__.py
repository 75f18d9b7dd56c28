"""Benchmarks: one command each, peers side by side in one run, ratios printed."""
