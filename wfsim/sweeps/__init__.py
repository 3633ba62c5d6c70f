"""Batches of runs: cells into run directories, on several processes, invoked again at any moment."""
