"""The Celery application and the one way to publish a message.

Workers and couriers read these queues; only their messages are lost with the broker, never a job.
May import: settings, telemetry, store, jobs.
"""
