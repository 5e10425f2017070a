"""The judge finds what is lost, doubled, changed or made up, and nothing in books that are sound."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.census.diary import Respondent, mark
from tests.census.judge import faults
from tests.census.office import Books

Damage = Callable[[Books, list[UUID]], Any]


def people() -> list[Respondent]:
    """Three who gave both parts, two of them with the same part B, and one who came too late."""
    found = [Respondent(f"t{one}", uuid4(), mark(one), {"staff": one}, 1, {"court": one // 2}) for one in range(3)]
    return [*found, Respondent("late", uuid4(), mark(9), refused=True)]


def sound(given: list[Respondent]) -> Books:
    gave = [one for one in given if one.opinion is not None]
    by_name = {one.enterprise_id: [one.given or {}] for one in gave}
    return Books(by_name, [one.opinion or {} for one in gave], {one.enterprise_id for one in gave}, 0)


def test_sound_books_are_sound() -> None:
    given = people()
    assert list(faults(given, sound(given))) == []


OTHER, FLAGS = "part A: 1 with other content", "part B: the flags are not of those who gave it"
DAMAGES: dict[str, tuple[Damage, list[str]]] = {
    "a part A is gone": (lambda books, ids: books.given.pop(ids[0]), ["part A: 1 lost"]),
    "a part A is there twice": (lambda books, ids: books.given[ids[1]].append({"staff": 1}), ["part A: 1 doubled"]),
    "a part A was overwritten": (
        lambda books, ids: books.given[ids[1]][0].update(staff=7),
        [OTHER],
    ),
    "who came too late is in": (lambda books, ids: books.given.update({ids[3]: [{}]}), ["part A: 1 that nobody gave"]),
    "a part B is gone": (lambda books, ids: books.opinions.pop(), ["part B: 1 lost"]),
    "a part B is there twice": (
        lambda books, ids: books.opinions.append(books.opinions[0]),
        ["part B: 1 that nobody gave, or doubled"],
    ),
    "a flag is missing": (
        lambda books, ids: books.flags.discard(ids[0]),
        [FLAGS],
    ),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_every_damage_is_found(case: str) -> None:
    given = people()
    for one in given:  # what the books hold is not what the diary holds
        one.given = dict(one.given) if one.given else None
    books = sound(given)
    books = replace(books, given={key: [dict(one) for one in value] for key, value in books.given.items()})
    damage, told = DAMAGES[case]
    damage(books, [one.enterprise_id for one in given])
    assert list(faults(given, books)) == told


def test_an_envelope_left_behind_is_found() -> None:
    given = people()
    assert list(faults(given, replace(sound(given), sealed=2))) == ["part B: 2 envelopes left"]
