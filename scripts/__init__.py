"""What a developer runs: the demo, the broker of one machine, documentation made from the code."""
