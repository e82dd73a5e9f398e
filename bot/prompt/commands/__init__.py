"""Recognises texts that ask for no picture: commands, small talk, a yes and a no.

Of bot it may import prompt.japanese, line.events and store.codes.
"""
