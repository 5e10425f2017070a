"""How much of where an answer comes from may stand beside it: nobody is told apart from fewer than four others."""

from collections import Counter
from collections.abc import Sequence

FEWEST = 5
Place = tuple[str | None, str | None]


def coarsened(places: Sequence[Place], fewest: int = FEWEST) -> list[Place] | None:
    """The (area, industry) of each answer, less exact where it must be, so that every group has `fewest` members or more.

    Who knows which enterprises answered can count the groups too: what is left over must not be a group of too few either,
    so it takes the smallest of the others along. None if there are too few answers for any group.
    """
    if len(places) < fewest:
        return None
    return _merged_above(_merged_within(places, fewest), fewest)


def _merged_within(places: Sequence[Place], fewest: int) -> list[Place]:
    """Within each area: industries that are too few lose their name, and take the next smallest along if still too few."""
    result = list(places)
    for area in {area for area, _ in places}:
        sizes = Counter(place for place in places if place[0] == area)
        nameless = {place for place in sizes if sizes[place] < fewest or place[1] is None}
        named = sorted((place for place in sizes if place not in nameless), key=lambda place: (sizes[place], str(place)))
        while nameless and named and sum(sizes[place] for place in nameless) < fewest:
            nameless.add(named.pop(0))
        result = [(area, None) if place in nameless else place for place in result]
    return result


def _merged_above(places: list[Place], fewest: int) -> list[Place]:
    """Across areas: what is too few in an area has no place, and takes the smallest other groups along if still too few."""
    sizes = Counter(places)
    nowhere = {place for place in sizes if sizes[place] < fewest or place[0] is None}
    others = sorted((place for place in sizes if place not in nowhere), key=lambda place: (sizes[place], str(place)))
    while nowhere and others and sum(sizes[place] for place in nowhere) < fewest:
        nowhere.add(others.pop(0))
    return [(None, None) if place in nowhere else place for place in places]
