"""Random requests against the running API, good and bad, and its own description as the judge of every answer."""
