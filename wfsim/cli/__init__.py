"""The command line: one file per command, each thin over the Python API. `main` turns errors into exit codes."""
