"""Developers' commands: the demo, a broker for one machine, generated documentation."""
