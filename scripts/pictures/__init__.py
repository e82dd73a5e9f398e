"""The pictures of README and docs, made from a real house and the embedded model."""
