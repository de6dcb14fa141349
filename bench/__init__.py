"""Benchmarks: ratios against bare scripts that do the same work, measured in one run. Nothing here is a test."""
