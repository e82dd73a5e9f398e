"""The gunicorn worker that web runs: a thread is given whole requests only, and never a slow peer.

May import gunicorn, and nothing of bot.
"""
