"""The gRPC edge of registry: decode, open the one transaction, call the use case, encode."""
