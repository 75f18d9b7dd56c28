"""How well and how fast surges are found, beside other methods: ``python -m benchmarks.detect``."""
