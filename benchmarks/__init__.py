"""One command per claim in the README: `python -m benchmarks [names] [--json FILE]`."""
