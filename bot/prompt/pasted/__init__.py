"""Reads what is pasted: parameters of other tools, labelled lists, this bot's own sentences.

Of bot it may import prompt.options, prompt.japanese and texts.
"""
