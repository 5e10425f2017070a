"""By which words a demand is found, and in which stretches of time it is looked for.

Chinese is written without spaces: jieba cuts it into words, in the text that is kept as in the text that is looked for.
Titles are found by any run of characters as well, whatever jieba made of them. Beside the words stand marks, so that one
index knows what is asked for, who may see it, and how old it is. A mark begins with @, which no word does.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from rjieba import Jieba

HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
# A serial is one word, ISO9001 are two. Nobody types longer ones, and an index has its limits.
LATIN = re.compile(r"fh[0-9]{4}-[0-9]{1,64}|[0-9]{1,64}|[a-z]{1,64}")
WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")  # ０ to ９, Ａ to Ｚ, ａ to ｚ
SHORT = 5  # up to so many characters a term is also looked for as it stands; in longer ones there are words enough
# A demand's number without its last 11 or 15 bits: a mark for the newest few thousand, and for the newest tens of thousands.
# The triggers of migration 0007 know them too.
LEVELS = (11, 15)


@cache
def _cutter() -> Jieba:
    return Jieba()  # reads its dictionary once, 0.1 s


def words(text: str) -> set[str]:
    """The words of a text, longer ones also by the shorter ones within them."""
    # No guessing at unknown words: jieba guesses by what stands beside them, which a question does not share with a text.
    return _only_words(_cutter().cut_for_search(_plain(text), False))


def _only_words(cut: Iterable[str]) -> set[str]:
    """Without signs."""
    every = set(cut)
    found = set(filter(str.isalnum, every))
    for word in filter(str.isascii, every):
        found.discard(word)
        found.update(LATIN.findall(word))
    return found


def _plain(text: str) -> str:
    """Wide and narrow, large and small letters are the same to who searches."""
    return (unicodedata.normalize("NFKC", text) if WIDE.search(text) else text).lower()


def _pairs(run: str) -> list[str]:
    """Each two characters that stand side by side, or the only one."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def mark(kind: str, value: str | UUID) -> str:
    """What a demand is of: e an enterprise, f the unit that sent it, u a unit at work on it, a an area, c its category."""
    return f"@{kind}{value}"


MARKS = (
    ("e", "enterprise_id"),
    ("f", "submitted_for_by_unit"),
    ("u", "lead_unit_code"),
    ("a", "area_code"),
    ("c", "category_code"),
)
SEEN_BY = 3  # the first three decide who sees a demand. They are also kept together with its stretches of time


def search_row(demand: Mapping[Any, Any]) -> dict[str, Any]:
    """The row by which this demand is found, from the columns of its table and its `co_units`, agencies that assist(ed)."""
    number = int(demand["serial"].rpartition("-")[2])
    title = demand["title"]
    found = words(f"{title}\n{demand['body']}")
    for run in HAN.findall(_plain(title)):
        found.update(run, _pairs(run))
    found.add(demand["serial"].lower())
    assisting = [mark("u", unit) for unit in demand["co_units"]]
    marks = [mark(kind, value) for kind, name in MARKS if (value := demand[name])] + assisting
    seen_by = ["", *(mark(kind, value) for kind, name in MARKS[:SEEN_BY] if (value := demand[name])), *assisting]
    marks += [f"{_stretch(bits, number >> bits)}{one}" for bits in LEVELS for one in seen_by]
    return {
        "demand_id": demand["id"],
        "number": number,
        "words": " ".join(["'" + "' '".join(found) + "'", *map(quoted, marks)]),
    }


def _stretch(bits: int, bucket: int) -> str:
    return f"@{bits}:{bucket}"


def quoted(word: str) -> str:
    """A word as PostgreSQL reads it within a tsvector or tsquery."""
    if "'" in word or "\\" in word:
        word = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{word}'"


def any_of(alternatives: Sequence[str]) -> str:
    """A question that one of these answers; each of them is quoted."""
    return "(" + " | ".join(alternatives) + ")"


def all_of(parts: Iterable[str]) -> str:
    """A question that only all of these answer."""
    return " & ".join(parts)


def question(text: str) -> str | None:
    """What to ask the index for a text: each term, as jieba cuts it or, where it is Chinese, as it may stand in a title.

    None if there is nothing in it to search by.
    """
    asked = [one for term in text.split() if (one := _term(term))]
    return all_of(asked) or None


def _term(term: str) -> str:
    plain = _plain(term)
    # Where a long word is found the short ones within it are too: asking for them as well would only cost.
    cut = all_of(map(quoted, sorted(_only_words(_cutter().cut(plain, False)))))
    runs = HAN.findall(plain)
    if sum(map(len, runs)) > SHORT:
        return cut
    as_it_stands = {pair for run in runs for pair in _pairs(run)} | set(LATIN.findall(plain))
    run = all_of(map(quoted, sorted(as_it_stands)))
    # A letter of a third kind stands in no run, and what Unicode gave nobody yet is no word.
    ways = [one for one in dict.fromkeys((cut, run)) if one]
    return ways[0] if len(ways) == 1 else any_of([f"({way})" for way in ways]) if ways else ""


@dataclass(frozen=True, slots=True)
class Stride:
    """A stretch of numbers, from `low` up to but not including `high`, and what to ask the index to stay within it."""

    low: int
    high: int
    asked: str


def strides(newest: int, high: int, floor: int = 0, seen: Sequence[str] = ()) -> list[Stride]:
    """Stretches from the newest number back to `floor`, each many times as long as the one before.

    A word that fills no page from one stretch has few matches in the next: what a search reads does not grow with the years.
    `seen` are marks of which a demand must have one.
    """
    found: list[Stride] = []
    for bits in LEVELS:
        bucket = newest >> bits
        low = (bucket - 1) << bits
        if low <= 0:
            break
        # Who gives out numbers may be a little ahead of the newest that is known here.
        buckets = (bucket - 1, bucket, bucket + 1)[: 2 if found else 3]
        near = [quoted(_stretch(bits, one) + mark) for one in buckets for mark in seen or ("",)]
        found.append(Stride(max(low, floor), high, any_of(near)))
        if low <= floor:
            return found
        high = low
    return [*found, Stride(floor, high, any_of([quoted(mark) for mark in seen]) if seen else "")]
