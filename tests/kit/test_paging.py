"""Page tokens: the next page begins where the last one ended, and nothing else gets through to a query."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.paging import (
    BadPageSize,
    BadPageToken,
    Key,
    decode_token,
    encode_token,
    fingerprint,
    normal_page_size,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50)
INTS = st.integers(-(2**63), 2**63 - 1)
KEYS = st.one_of(TEXTS, INTS, st.uuids(), st.datetimes(timezones=st.just(UTC)))


def _token(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _with_keys(*packed: object) -> str:
    """A token of the filter "f" with keys that encode_token would not have written."""
    padded = encode_token("f", ()) + "=="
    version, digest, _ = json.loads(base64.urlsafe_b64decode(padded))
    return _token([version, digest, list(packed)])


@given(TEXTS, st.lists(KEYS, max_size=4).map(tuple))
def test_keys_come_back_with_their_types(filters: str, keys: tuple[Key, ...]) -> None:
    token = encode_token(filters, keys)
    assert decode_token(token, filters) == keys
    assert decode_token(token, filters, [type(key) for key in keys]) == keys
    assert token.replace("-", "").replace("_", "").isalnum()  # fits a query string as it is


@given(st.text(max_size=300))
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(BadPageToken):
        decode_token(text, "f")


@given(st.integers(0), st.characters())
def test_a_damaged_token_is_refused_or_still_well_formed(at: int, character: str) -> None:
    token = encode_token("f", (datetime(2026, 11, 23, tzinfo=UTC), UUID(int=7)))
    at %= len(token)
    try:
        keys = decode_token(token[:at] + character + token[at + 1 :], "f", (datetime, UUID))
    except BadPageToken:
        return
    assert [type(key) for key in keys] == [datetime, UUID]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "=",
        _token(None),
        _token([1]),
        _token({"a": 1, "b": 2, "c": 3}),
        _token([1, "0" * 16, []]),
        _with_keys(2**63),
        _with_keys(True),
        _with_keys(1.5),
        _with_keys(None),
        _with_keys("a\x00b"),
        _with_keys("\ud800"),
        _with_keys(["nested"]),
        _with_keys({"at": "2026-11-23T00:00:00"}),
        _with_keys({"at": "yesterday"}),
        _with_keys({"id": "7"}),
        _with_keys({"id": str(UUID(int=7)), "at": "2026-11-23T00:00:00+00:00"}),
        _with_keys({}),
        _with_keys("x" * 10_000),
        base64.urlsafe_b64encode(b"[" * 2_900).decode(),
    ],
)
def test_forged_tokens_are_refused_before_the_database_sees_them(token: str) -> None:
    with pytest.raises(BadPageToken):
        decode_token(token, "f")


def test_a_token_of_another_filter_or_shape_is_refused() -> None:
    open_first = fingerprint(list="demands", state="OPEN", unit=3)
    token = encode_token(open_first, (5, "a"))
    assert decode_token(token, fingerprint(unit=3, state="OPEN", list="demands"), (int, str)) == (5, "a")
    with pytest.raises(BadPageToken):
        decode_token(token, fingerprint(list="demands", state="CLOSED", unit=3))
    for kinds in ((int,), (str, int), (int, str, int), (int, UUID)):
        with pytest.raises(BadPageToken):
            decode_token(token, open_first, kinds)


def test_a_token_does_not_show_what_was_searched_for() -> None:
    token = encode_token(fingerprint(search="13812345678"), (1,))
    assert b"13812345678" not in base64.urlsafe_b64decode(token + "==")


def test_a_sort_key_without_time_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode_token("f", (datetime(2026, 11, 23),))


@pytest.mark.parametrize(("asked", "used"), [(None, 20), (0, 20), (1, 1), (100, 100), (101, 100), (10**9, 100)])
def test_page_sizes_are_brought_into_range(asked: int | None, used: int) -> None:
    assert normal_page_size(asked) == used


def test_a_negative_page_size_is_refused() -> None:
    with pytest.raises(BadPageSize):
        normal_page_size(-1)
