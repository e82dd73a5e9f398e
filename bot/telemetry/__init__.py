"""Logs, traces, crash reports and process metrics.

May import settings.
"""
