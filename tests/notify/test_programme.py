"""What registry tells of projects and services reaches the inboxes of those it names, once, and nobody else's."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import uuid_utils.compat
from fahu.registry.v1 import events_pb2 as events
from fahu.registry.v1 import service_record_pb2 as services
from google.protobuf.message import Message

from kit.context import new_request_id
from kit.events.handling import Delivery
from services.notify import texts, ways
from services.notify.catalogue.programme import OF_PROGRAMME
from services.notify.rules import Kind
from services.notify.service.programme import READERS
from tests.notify.conftest import TASK, World, stamp

UNIT, PROJECT, RECORD = "area-310116101", str(uuid4()), str(uuid4())


def arrived(event: Message) -> Delivery:
    return Delivery(
        uuid_utils.compat.uuid7(), event.DESCRIPTOR.full_name, event, datetime.now(UTC), "x", 3, new_request_id()
    )


def node(*people: UUID) -> events.ProjectNodeWarning:
    return events.ProjectNodeWarning(
        project_id=PROJECT,
        serial="XM2026-000012",
        version=3,
        unit_code=UNIT,
        node_id=str(uuid4()),
        due_on="2026-11-30",
        person_ids=[str(person) for person in people],
    )


def service(state: services.ServiceState.ValueType) -> events.ServiceSubject:
    return events.ServiceSubject(service_record_id=RECORD, serial="FW2026-000345", unit_code=UNIT, state=state, version=2)


async def test_leader_and_contact_are_told_of_a_node_once_each(world: World) -> None:
    await world.happen(events.UnitChanged(code=UNIT, name="朱泾镇", version=1))
    leader, contact, stranger = uuid4(), uuid4(), uuid4()
    soon = arrived(events.ProjectNodeDue(node=node(leader, contact, leader)))
    today = arrived(events.ProjectNodeDue(node=node(leader), today=True))
    late = arrived(events.ProjectNodeLate(node=node(leader), week=2))
    for delivery in (soon, soon, today, late):
        await world.deliver([delivery])
    assert [one.kind for one in await world.inbox(contact)] == ["project_node_soon"]
    told = await world.inbox(leader)
    assert [one.kind for one in told] == ["project_node_late", "project_node_today", "project_node_soon"]
    assert told[0].body == "朱泾镇的年度项目 XM2026-000012 有时间节点应于11月30日17:30前完成，现已逾期，请尽快完成并登记。"
    assert {one.subject_id for one in told} == {PROJECT}
    assert await world.inbox(stranger) == []


async def test_a_contact_is_asked_and_only_a_no_is_told_back(world: World) -> None:
    contact, officer = uuid4(), uuid4()
    until = stamp(datetime(2026, 11, 30, 9, 30, tzinfo=UTC))
    recorded = service(services.SERVICE_STATE_RECORDED)
    asked = events.ServiceRecorded(service=recorded, liaison_person_id=str(contact), answer_until=until)
    nobody = events.ServiceRecorded(service=recorded)
    answers = [
        events.ServiceAnswered(service=service(state), recorder_person_ids=[str(officer)])
        for state in (services.SERVICE_STATE_CONFIRMED, services.SERVICE_STATE_WITHDRAWN, services.SERVICE_STATE_DISPUTED)
    ]
    await world.deliver([arrived(event) for event in (asked, nobody, *answers)])
    (question,) = await world.inbox(contact)
    assert (question.kind, question.subject_id, question.serial) == ("service_to_confirm", RECORD, "FW2026-000345")
    assert "请您于11月30日17:30前确认" in question.body
    assert [one.kind for one in await world.inbox(officer)] == ["service_disputed"]


async def test_what_silence_would_confirm_reaches_the_contact_by_wechat_or_by_telephone(world: World) -> None:
    bound, without = await world.bound(TASK), uuid4()
    until = stamp(datetime(2026, 11, 30, 9, 30, tzinfo=UTC))
    for person in (bound, without):
        recorded = service(services.SERVICE_STATE_RECORDED)
        await world.deliver(
            [arrived(events.ServiceRecorded(service=recorded, liaison_person_id=str(person), answer_until=until))]
        )
    await world.sender().drain()
    (message,) = await world.received(bound)
    assert message["page"] == f"pages/programme/index?kind=service_to_confirm&id={RECORD}"
    (task,) = await world.calls()
    assert (task.person_id, task.serial) == (str(without), "FW2026-000345")


async def test_officers_are_told_of_a_rejection_and_where_its_reason_is(world: World) -> None:
    await world.happen(events.UnitChanged(code=UNIT, name="朱泾镇", version=1))
    officer, nomination = uuid4(), str(uuid4())
    rejected = events.NominationRejected(
        nomination_id=nomination, year=2026, unit_code=UNIT, officer_ids=[str(officer)], version=3
    )
    for delivery in [arrived(rejected)] * 2:
        await world.deliver([delivery])
    (told,) = await world.inbox(officer)
    assert (told.kind, told.subject_id, told.serial) == ("nomination_rejected", nomination, "TJ2026")
    assert told.body.startswith("朱泾镇推荐的年度联系点企业（TJ2026）中有一家未通过审核，原因已写在该条推荐中")


async def test_a_unit_is_told_of_a_recommendation_once_it_is_addressed_to_it(world: World) -> None:
    await world.happen(events.UnitChanged(code="hrss", name="区人社局", version=1))
    leader = uuid4()
    advice: dict[str, Any] = {"recommendation_id": str(uuid4()), "owner_unit": "hrss", "due_on": "2026-11-30", "year": 2026}
    for version, people in ((1, [str(leader)]), (2, [])):
        await world.deliver([arrived(events.RecommendationChanged(**advice, addressed_person_ids=people, version=version))])
    (told,) = await world.inbox(leader)
    assert (told.kind, told.subject_id) == ("recommendation_addressed", advice["recommendation_id"])
    assert told.body == "年度调研（DY2026）提出的一条对策建议由区人社局负责，应于11月30日17:30前落实。请查看。"


async def test_each_message_opens_the_page_of_what_it_is_about(world: World) -> None:
    kinds = ways.OF_PROGRAMME
    assert kinds.keys() == {Kind.SURVEY_REMINDER, *OF_PROGRAMME}
    pages = [world.sender()._page(texts.Message(kind, UUID(RECORD), "", {}, datetime.now(UTC), "")) for kind in kinds]
    assert pages == [f"pages/programme/index?kind={kind}&id={RECORD}" for kind in kinds]


def test_enterprises_are_addressed_and_staff_are_not() -> None:
    assert len(OF_PROGRAMME) == 7
    assert [kind for kind, text in OF_PROGRAMME.items() if "您" in text.body["zh"]] == [Kind.SERVICE_TO_CONFIRM]
    assert {kind.DESCRIPTOR.name for kind in READERS} == {
        "ProjectNodeDue",
        "ProjectNodeLate",
        "ServiceRecorded",
        "ServiceAnswered",
        "NominationRejected",
        "RecommendationChanged",
    }
