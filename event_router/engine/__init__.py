"""The engine: what the router keeps on NATS JetStream, and how it is read and written."""
