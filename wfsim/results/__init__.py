"""What a run leaves behind: its directory, and tables and metrics that are pure functions of its journal."""
