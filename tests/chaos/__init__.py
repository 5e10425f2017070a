"""`make chaos`: the write path under SIGKILL, outages and a lost bus, checked against what its clients were told."""
