"""Compares what respondents were told with what the books hold: nothing lost, nothing doubled, nothing that nobody gave."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.census.diary import Respondent
from tests.census.office import Books


def faults(people: Sequence[Respondent], books: Books) -> Iterator[str]:
    """Everything that is wrong, in words."""
    yield from _of_part_a(people, books)
    yield from _of_part_b(people, books)


def _of_part_a(people: Sequence[Respondent], books: Books) -> Iterator[str]:
    given = {one.enterprise_id: one.given for one in people if one.given is not None}
    lost = sum(1 for enterprise in given if enterprise not in books.given)
    doubled = sum(len(found) - 1 for found in books.given.values())
    phantom = sum(1 for enterprise in books.given if enterprise not in given)
    other = sum(
        1 for enterprise, answers in given.items() if enterprise in books.given and answers not in books.given[enterprise]
    )
    for count, what in ((lost, "lost"), (doubled, "doubled"), (phantom, "that nobody gave"), (other, "with other content")):
        if count:
            yield f"part A: {count} {what}"


def _of_part_b(people: Sequence[Respondent], books: Books) -> Iterator[str]:
    told = Counter(json.dumps(one.opinion, sort_keys=True) for one in people if one.opinion is not None)
    held = Counter(json.dumps(one, sort_keys=True) for one in books.opinions)
    for found, what in ((told - held, "lost"), (held - told, "that nobody gave, or doubled")):
        if found:
            yield f"part B: {found.total()} {what}"
    if books.flags != {one.enterprise_id for one in people if one.opinion is not None}:
        yield "part B: the flags are not of those who gave it"
    if books.sealed:
        yield f"part B: {books.sealed} envelopes left"
