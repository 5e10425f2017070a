"""`make scale`: what reading and submitting cost beside a million demands, against the same beside ten thousand."""
