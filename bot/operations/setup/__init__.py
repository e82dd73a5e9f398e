"""What the guided set-up does: ask LINE about a channel, keep its settings, connect the webhook.

Nothing here asks or prints; bot.cli.setup does. May import what bot.operations may.
"""

from bot.operations.setup.problem import SetupProblem

__all__ = ["SetupProblem"]
