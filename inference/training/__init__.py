"""How mame 豆, the embedded model, was made: pictures, captions, three trainings and an export.

`python -m inference.training all --work DIR` runs every stage; each can also be run alone, keeps
its result in DIR and continues from its last checkpoint when started again.
"""
