"""The tables, and the queries on them that need no rule of another package.

May import storage (for keys) and nothing else of bot.
"""
