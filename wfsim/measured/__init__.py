"""Measured series: reading them from a person's files, and their value, integral and changes at any time."""
