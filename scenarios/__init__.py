"""Packaged scenarios: one YAML per experiment, found by name (`wfsim run quickstart`)."""
