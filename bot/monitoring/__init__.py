"""What is measured of the running bot: statistics, alarms, liveness.

May import jobs, settings, store and line.
"""
