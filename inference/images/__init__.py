"""Decode, extend and encode images.

May import errors."""
