"""Load models and their parts.

May import errors and load_options."""
