"""Tables of words that read better without a quote around each."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())
