"""Codes, phones, texts and refresh tokens, case by case."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.texts import is_person_name, is_safe_text
from services.registry.rules import (
    is_uscc_text,
    normal_phone,
    uscc_check_character,
    year_of,
)
from services.registry.rules.plaques import PlaqueState, Standing, standing
from services.registry.rules.sessions import RefreshToken, SessionPolicy, Verdict, judge

POLICY = SessionPolicy(lifetime=timedelta(days=30), grace=timedelta(seconds=30))


@pytest.mark.parametrize(
    ("first", "check"), [("91350100M000100Y4", "3"), ("00000000000000000", "0"), ("10000000000000000", "Y")]
)
def test_the_check_character_is_that_of_the_standard(first: str, check: str) -> None:
    """The example of GB 32100, and two that one can work out by hand: 31 - 0, taken as 0, and 31 - 1 = 30."""
    assert uscc_check_character(first) == check


def test_any_single_wrong_character_changes_the_check_character() -> None:
    code = "91350100M000100Y4"
    for place in range(17):
        wrong = "2" if code[place] != "2" else "3"
        assert uscc_check_character(code[:place] + wrong + code[place + 1 :]) != "3"


@pytest.mark.parametrize(
    "code", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100I000100Y43", "９1350100M000100Y43"]
)
def test_what_has_not_the_form_of_a_code(code: str) -> None:
    assert not is_uscc_text(code)


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13812345678", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        (" 138 1234 5678 ", "13812345678"),
        ("12812345678", None),
        ("1381234567", None),
        ("138123456789", None),
        ("021-57921234", None),
        ("１３８１２３４５６７８", None),
        ("", None),
    ],
)
def test_phones_as_people_write_them(written: str, digits: str | None) -> None:
    assert normal_phone(written) == digits


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@x", "＝1", "a\x07b", "a\nb", "\ufeffa", "\tx"])
def test_texts_that_an_export_would_run_or_hide(text: str) -> None:
    assert not is_safe_text(text)


@pytest.mark.parametrize("text", ["金山示例（上海）有限公司", "A-B+C 公司", "1号店"])
def test_ordinary_names_are_safe(text: str) -> None:
    assert is_safe_text(text)


@pytest.mark.parametrize(("name", "good"), [("张三", True), ("Li Na", True), ("1", False), ("", False), ("张" * 51, False)])
def test_names_of_people(name: str, good: bool) -> None:
    assert is_person_name(name) is good


def test_the_year_is_that_of_shanghai() -> None:
    assert year_of(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == 2026
    assert year_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == 2027


@pytest.mark.parametrize(
    ("shown", "seconds", "verdict"),
    [
        (b"current", 0, Verdict.ROTATE),
        (b"current", 10_000, Verdict.ROTATE),
        (b"previous", 30, Verdict.REPEAT),
        (b"previous", 31, Verdict.END),
        (b"older", 1, Verdict.END),
    ],
)
def test_what_showing_a_token_means(shown: bytes, seconds: int, verdict: Verdict) -> None:
    assert judge(shown, b"current", b"previous", timedelta(seconds=seconds), POLICY) is verdict


def test_a_token_survives_its_text_and_garbage_does_not() -> None:
    token = RefreshToken.new()
    assert RefreshToken.parse(str(token)) == token
    assert [RefreshToken.parse(text) for text in ("", "x", str(token)[:-4], "令牌", str(token) + "AAAA")] == [None] * 5


@pytest.mark.parametrize(
    ("year", "worth"), [(2026, Standing.EXPIRED), (2027, Standing.VALID), (2028, Standing.NOT_YET_VALID)]
)
def test_a_plaque_is_valid_in_its_year_alone(year: int, worth: Standing) -> None:
    assert standing(PlaqueState.ISSUED, year, True, 2027) is worth
    assert standing(PlaqueState.LOST, year, True, 2027) is Standing.WITHDRAWN
    assert standing(PlaqueState.ISSUED, year, False, 2027) is Standing.WITHDRAWN
