"""The platform's services. None imports another."""

import kit as kit  # what it says to gRPC has to be said before gRPC is there
