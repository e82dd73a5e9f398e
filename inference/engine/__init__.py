"""Paint many requests in one batch.

May import models and images."""
