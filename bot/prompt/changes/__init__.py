"""Reads what is to change of an earlier picture or of a photo, and applies it to a reading.

Of bot it may import everything else in prompt.
"""
