"""Benchmarks: `python -m bench` measures the product on made-up stores, and prints its figures beside yardsticks."""
