"""A reminder of a survey reaches the contacts it names: once, in words, and through WeChat where they agreed."""

from uuid import uuid4

import uuid_utils.compat
from fahu.registry.v1 import events_pb2

from kit.context import new_request_id
from kit.events.handling import Delivery
from services.notify.rules import Kind
from tests.notify.conftest import TASK, Clock, World


def reminder(*people: object) -> Delivery:
    event = events_pb2.SurveyReminderDue(
        reminder_id=str(uuid4()),
        survey_id=str(uuid4()),
        year=2026,
        closes_on="2026-02-28",
        liaison_ids=[str(person) for person in people],
    )
    name = events_pb2.SurveyReminderDue.DESCRIPTOR.full_name
    return Delivery(uuid_utils.compat.uuid7(), name, event, Clock()(), event.reminder_id, 1, new_request_id())


async def test_a_reminder_is_told_once_and_sent_on(world: World) -> None:
    reached, other = await world.bound(TASK), uuid4()
    due = reminder(reached, other, reached)
    await world.deliver([due])
    await world.deliver([due])
    told = await world.inbox(reached)
    assert [(one.kind, one.subject_id, one.serial) for one in told] == [
        (Kind.SURVEY_REMINDER, due.event.survey_id, "WJ2026")
    ]
    assert "2月28日23:59前" in told[0].body
    assert len(await world.inbox(other)) == 1
    await world.sender().drain()
    assert len(await world.received(reached)) == 1
