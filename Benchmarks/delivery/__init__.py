"""Measures `martlet send` beside its peers; see Benchmarks/deliver."""
