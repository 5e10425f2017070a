"""What travels how, and that trying ends in time."""

from datetime import UTC, datetime, timedelta

import pytest
from fahu.notify.v1.error_reason_pb2 import ErrorReason
from fahu.notify.v1.notification_pb2 import DeliveryState
from pydantic import ValidationError

from services.notify import errors
from services.notify.__main__ import WATCH_SECONDS
from services.notify.rules import GIVE_UP_AFTER, LEASE, SEND_SECONDS, Kind, State, next_try
from services.notify.settings import DEMO_TEMPLATES, WechatSettings
from services.notify.ways import WAYS

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROMISE = timedelta(minutes=5)


def test_every_kind_has_a_way_and_none_makes_the_centre_call_itself() -> None:
    assert set(WAYS) == set(Kind)
    assert not [kind for kind, way in WAYS.items() if way.must_reach and kind.startswith("centre_")]
    assert not [kind for kind, way in WAYS.items() if way.must_reach and way.purpose is None]


def test_what_needs_its_reader_must_reach_and_what_only_informs_need_not() -> None:
    must = {kind for kind, way in WAYS.items() if way.must_reach}
    enterprises = {Kind.DEMAND_REPLIED, Kind.DEMAND_PARKED, Kind.DEMAND_PARK_REVIEWED, Kind.DEMAND_INFO_REQUESTED}
    dispatched = {Kind.DEMAND_DISPATCHED, Kind.AGENCY_DEMAND_REOPENED, Kind.RETURN_DENIED, Kind.DEMAND_REVIVED}
    assist = {Kind.CO_DEMAND_DISPATCHED, Kind.CO_HANDLER_ADDED}
    pressed = {Kind.ORDER_ISSUED, Kind.DEADLINE_BREACHED}
    silence_counts = {Kind.SERVICE_TO_CONFIRM}
    silence_ends = {Kind.LECTURE_REQUEST_ANSWERED}
    late = {Kind.LECTURE_REQUEST_OVERDUE}
    in_vain = {Kind.LECTURE_CANCELLED, Kind.BOOKING_RELEASED, Kind.CONSULTATION_CANCELLED, Kind.SLOT_RELEASED}
    of_demands = enterprises | dispatched | assist | pressed
    assert of_demands | silence_counts | silence_ends | late | in_vain == must


@pytest.mark.parametrize("answer", [timedelta(), SEND_SECONDS])
def test_attempts_that_all_fail_end_within_the_promise(answer: timedelta) -> None:
    now, attempts, give_up_at = START, 0, START + GIVE_UP_AFTER
    while True:
        now, attempts = now + answer, attempts + 1
        following = next_try(attempts, now, give_up_at)
        if following is None:
            break
        assert following > now
        now = following
    assert attempts >= 5
    assert now - START < PROMISE


def test_an_attempt_left_by_a_dead_process_is_found_within_the_promise() -> None:
    assert GIVE_UP_AFTER + LEASE + timedelta(seconds=WATCH_SECONDS) < PROMISE


def test_states_and_reasons_are_those_of_the_contract() -> None:
    declared = {name.removeprefix("DELIVERY_STATE_") for name in DeliveryState.keys()}  # noqa: SIM118
    assert declared - {"UNSPECIFIED"} == set(State)
    reasons = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118
    raised = {error.reason for error in vars(errors).values() if getattr(error, "__module__", "") == errors.__name__}
    assert raised == reasons - {"UNSPECIFIED"}


def test_templates_come_from_the_environment_and_all_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    one = '{"id": "%s", "title_zh": "甲", "title_en": "A", "fields": {"thing1": "title"}}'
    three = ", ".join(f'"{purpose}": {one % purpose.upper()}' for purpose in DEMO_TEMPLATES)
    monkeypatch.setenv("FAHU_WECHAT_TEMPLATES", f"{{{three}}}")
    settings = WechatSettings(wechat_app_id="app", wechat_secret="secret")
    assert {template.id for template in settings.wechat_templates.values()} == {"TASK", "PROGRESS", "REPLY"}
    monkeypatch.setenv("FAHU_WECHAT_TEMPLATES", f'{{"task": {one % "TASK"}}}')
    with pytest.raises(ValidationError):
        WechatSettings(wechat_app_id="app", wechat_secret="secret")
