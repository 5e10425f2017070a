"""Plumbing that services share. Imported before gRPC, whose core reads its environment only once."""

import os

# We fork only to start another program. gRPC would run handlers of its own in the child before that, which under load crash
# some of the children: of 400 started beside calls that were served, 20 to 30 died.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # noqa: TID251 - written, not read
