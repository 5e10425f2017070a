"""A retry is recognised by its content, and nothing else passes for one."""

import pytest
from fahu.dispatch.v1.dispatch_service_pb2 import (
    AcceptDemandRequest,
    Precondition,
    SetDispositionRequest,
    WithdrawDemandRequest,
)
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import IdempotencyKeyReused
from kit.idempotency import check_same, fingerprint

FIELDS = st.fixed_dictionaries(
    {
        "kind": st.integers(0, 3),
        "explanation": st.text(max_size=5),
        "condition_tags": st.lists(st.text(max_size=3), max_size=3),
    }
)


@given(FIELDS, FIELDS)
def test_same_content_same_fingerprint_and_only_then(one: dict[str, object], other: dict[str, object]) -> None:
    on = Precondition(request_id="r")
    first = SetDispositionRequest(on=on, **one)  # type: ignore[arg-type]
    second = SetDispositionRequest(on=on, **other)  # type: ignore[arg-type]
    over_the_wire = SetDispositionRequest.FromString(first.SerializeToString())
    check_same(fingerprint(first), fingerprint(over_the_wire))
    assert len(fingerprint(first)) == 32
    assert (fingerprint(first) == fingerprint(second)) == (first == second)


def test_two_acts_without_content_are_not_the_same() -> None:
    on = Precondition(demand_id="d", expected_version=1, request_id="r")
    accepted, withdrawn = AcceptDemandRequest(on=on), WithdrawDemandRequest(on=on)
    assert accepted.SerializeToString() == withdrawn.SerializeToString()
    with pytest.raises(IdempotencyKeyReused):
        check_same(fingerprint(accepted), fingerprint(withdrawn))


def test_the_request_id_is_part_of_the_content() -> None:
    first, second = Precondition(request_id="1"), Precondition(request_id="2")
    with pytest.raises(IdempotencyKeyReused):
        check_same(fingerprint(first), fingerprint(second))
