"""Puts what is no Japanese, English, emoji and stickers, into the words that the reader knows.

Of bot it may import prompt.japanese only.
"""
