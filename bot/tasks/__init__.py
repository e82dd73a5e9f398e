"""Celery's tasks and their work: paint, deliver, send, fetch photos, sweep; and what runs beside.

Only this package loads inference's torch side, and only in a worker (bot.tasks.runtime).
May import everything but web, cli, operations and conversation.
"""
