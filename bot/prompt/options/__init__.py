"""What a request says beside its subject: shape, style, purpose, letters, what to leave out.

Of bot it may import prompt.japanese only; inference's sizes and numbers too.
"""
