"""Reads a text as a request for pictures, parts it where it asks for several, and stores it.

Of bot it may import everything in prompt but changes.
"""
