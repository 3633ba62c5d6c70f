"""Before a run: which rank to train under a latency budget, and what a round at that rank takes."""
