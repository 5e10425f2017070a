"""`make demo`: the demand loop, played over HTTP against a running stack, told in Chinese and checked."""
