"""Faster ways to run a loaded model.

May import models."""
