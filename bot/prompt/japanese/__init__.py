"""What every reader of Japanese stands on: clean text, words, particles, ways of asking.

Of bot it may import line.events, and nothing else of prompt.
"""
