"""The LINE bot: chats, jobs, deliveries. Never imports torch outside the worker."""
