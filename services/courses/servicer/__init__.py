"""The gRPC edge of courses."""
