"""RudderStack's transformer protocol, for every loaded plugin."""
