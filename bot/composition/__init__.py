"""What is made of a painted picture: letters set over it, and the size that its purpose needs.

Runs in the worker, after painting. May import prompt (for what was asked), and inference's images.
"""
