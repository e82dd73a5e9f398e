"""HTTP: the webhook, health, metrics, pictures, albums, terms and the operator's pages.

May import everything in bot but cli and app.
"""
