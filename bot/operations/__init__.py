"""What operators do and see, for the commands and the pages alike.

May import everything in bot but web, cli and app.
"""
