"""Paint with diffusers' own pipelines.

May import models and images."""
