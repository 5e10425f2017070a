"""The use cases of courses. Nothing here commits: the edge opens the one transaction."""
