"""LINE itself on loopback: the Messaging API with its rules, and a chat page in the browser."""
