"""One run: the parts of a scenario wired together, and the processes that bring them to life."""
