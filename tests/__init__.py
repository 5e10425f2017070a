"""Tests, on real servers."""

import kit as kit  # what it says to gRPC has to be said before gRPC is there
