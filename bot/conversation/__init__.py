"""What the bot does for each event of LINE: `router.handle_event` and its ordered ROUTES.

Everything happens in the webhook's transaction; the network is the courier's.
May import messages, queue, jobs, moderation, monitoring, intent, composition, prompt, store and
line.
"""
