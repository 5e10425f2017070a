"""A module in a process of its own: its answer, or what it ended with."""

import pytest

from kit import children


def test_what_it_writes_is_the_answer() -> None:
    assert children.run("json.tool", b"[]", 10) == b"[]\n"


@pytest.mark.parametrize(
    ("asked", "seconds", "status", "told"),
    [
        ("raise SystemExit(3)", 10, 3, "ended with 3"),
        ("import os; os.abort()", 10, -6, "ended with -6"),
        ("import time; time.sleep(20)", 0.5, None, "took too long"),
    ],
)
def test_how_it_ended_is_told(asked: str, seconds: float, status: int | None, told: str) -> None:
    """`code` runs the lines that it is given."""
    with pytest.raises(children.ChildFailed, match=told) as caught:
        children.run("code", f"{asked}\n".encode(), seconds)
    assert caught.value.status == status


def test_what_it_complained_of_is_told() -> None:
    with pytest.raises(children.ChildFailed, match="Expecting value") as caught:
        children.run("json.tool", b"nothing", 10)
    assert (caught.value.status, "Expecting value" in caught.value.told) == (1, True)
