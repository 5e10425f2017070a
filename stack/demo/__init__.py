"""`make demo`: the demand loop and the year's programme, played over HTTP against a running stack, told and checked."""
