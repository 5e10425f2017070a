"""The use cases of registry, by resource. They write rows and outbox events, and never commit."""
