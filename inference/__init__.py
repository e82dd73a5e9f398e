"""Text to image: prompts, tensors and models. Knows nothing of LINE, Celery or Flask."""

import os

# Read once, when torch loads OpenMP. Its threads otherwise wait for each other in busy loops, which
# makes painting ten times slower as soon as anything else runs on the machine (a web server does).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
