"""Ratings of a lecture (LEC-6): what may be told of them."""

# Of fewer, an average tells what one of them said to whoever knows the others.
LEAST_TOLD = 3
MOST_COMMENTS = 500


def may_tell(count: int) -> bool:
    return count >= LEAST_TOLD
