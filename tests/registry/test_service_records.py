"""Services to enterprises: recorded by the area, answered by the enterprise, silence counted where somebody was asked."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import registry_service_pb2 as registry_pb
from fahu.registry.v1 import service_record_service_pb2 as pb
from fahu.registry.v1.service_record_pb2 import (
    SERVICE_KIND_VISIT,
    SERVICE_STATE_CONFIRMED,
    SERVICE_STATE_DISPUTED,
    SERVICE_STATE_PRESUMED,
    SERVICE_STATE_RECORDED,
    SERVICE_STATE_WITHDRAWN,
)
from sqlalchemy.exc import DBAPIError

from kit.calendar import BEIJING, WorkingCalendar
from kit.db import constraint_of
from services.registry.queries import coverage as coverage_queries
from services.registry.rules.service_records import Patience, ServiceKind, shown_state
from services.registry.service import service_records
from services.registry.service.errands import Errand
from services.registry.service.service_records import Service
from tests import signing
from tests.registry.conftest import LEAD, PATIENCE, YEAR, World, race, refusal
from tests.registry.files import FENGJING, line
from tests.registry.project_people import FIRST, SUPERVISOR, TODAY, Office, office, on_record

ONE = line(1, contact="张三", phone="13800000001")
TWO = line(2, contact="李四", phone="13800000002")
ALONE = line(3)
ELSEWHERE = line(4, area=FENGJING, contact="王五", phone="13800000004")


async def point(world: World, of: Any, year: int = YEAR) -> str:
    return str((await world.enterprise(of, year)).designation.id)


async def contact(world: World, of: Any, year: int = YEAR) -> Office:
    """The contact of an enterprise."""
    found = await world.enterprise(of, year)
    person, organisation = UUID(found.liaison.person_id), UUID(found.id)
    actor = signing.person(Role.ROLE_LIAISON, organisation=organisation, area=found.area_code, person_id=person)
    return Office(world, actor)


def record(project: Any, *points: str, **more: Any) -> pb.RecordServicesRequest:
    day = more.pop("day", TODAY.isoformat())
    fields: dict[str, Any] = {"kind": SERVICE_KIND_VISIT, "request_id": uuid4().hex} | more
    return pb.RecordServicesRequest(project_id=project.id, served_on=day, designation_ids=points, **fields)


async def test_the_area_records_and_the_enterprise_answers(world: World) -> None:
    await world.import_lines(ONE, TWO, ELSEWHERE)
    town = await office(world)
    project = await town.active()
    first, second = await town.serve(project, await point(world, ONE), await point(world, TWO), note="梳理合同")
    assert (first.state, first.enterprise_name, first.note) == (SERVICE_STATE_RECORDED, ONE.name, "梳理合同")
    one, two, stranger = await contact(world, ONE), await contact(world, TWO), await contact(world, ELSEWHERE)
    asked = await world.events(events_pb2.ServiceRecorded)
    assert [event.liaison_person_id for event in asked] == [one.person, two.person]
    listed = await one.records.ListServiceRecords(pb.ListServiceRecordsRequest())
    assert [found.id for found in listed.service_records] == [first.id]
    get = pb.GetServiceRecordRequest(service_record_id=first.id)
    assert (await refusal(stranger.records.GetServiceRecord(get))).reason == "SERVICE_RECORD_NOT_FOUND"
    confirm = pb.ConfirmServiceRequest(on=on_record(first))
    assert (await refusal(two.records.ConfirmService(confirm))).reason == "SERVICE_RECORD_NOT_FOUND"
    confirmed = (await one.records.ConfirmService(confirm)).service_record
    assert (await one.records.ConfirmService(confirm)).service_record == confirmed
    assert (confirmed.state, confirmed.answered_by) == (SERVICE_STATE_CONFIRMED, one.person)
    stale = pb.DisputeServiceRequest(on=on_record(first), reason="x")
    assert (await refusal(one.records.DisputeService(stale))).reason == "STALE_VERSION"
    late = pb.DisputeServiceRequest(on=on_record(confirmed), reason="x")
    assert (await refusal(one.records.DisputeService(late))).reason == "SERVICE_RECORD_WRONG_STATE"
    withdraw = pb.WithdrawServiceRequest(on=on_record(confirmed), reason="登记有误")
    assert (await refusal(town.records.WithdrawService(withdraw))).reason == "SERVICE_RECORD_WRONG_STATE"
    dispute = pb.DisputeServiceRequest(on=on_record(second), reason="没有人来过")
    disputed = (await two.records.DisputeService(dispute)).service_record
    assert (disputed.state, disputed.dispute_reason) == (SERVICE_STATE_DISPUTED, "没有人来过")
    withdraw = pb.WithdrawServiceRequest(on=on_record(disputed), reason="登记有误")
    taken = (await town.records.WithdrawService(withdraw)).service_record
    assert (taken.dispute_reason, taken.withdrawal_reason) == ("没有人来过", "登记有误")
    assert len(await town.serve(project, await point(world, TWO))) == 1  # what was withdrawn does not stand in the way
    answers = await world.events(events_pb2.ServiceAnswered, second.id)
    assert [event.service.state for event in answers] == [SERVICE_STATE_DISPUTED, SERVICE_STATE_WITHDRAWN]
    assert {*answers[0].recorder_person_ids} == {town.person}


async def test_a_service_has_a_day_of_its_project(world: World) -> None:
    await world.import_lines(ONE)
    town, one = await office(world), await point(world, ONE)
    project = await town.active(TODAY, starts_on=TODAY.isoformat(), ends_on=TODAY.isoformat())
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        refused = await refusal(town.records.RecordServices(record(project, one, day=day.isoformat())))
        assert (refused.reason, refused.metadata["starts_on"]) == ("SERVICE_DAY_INVALID", TODAY.isoformat())
    assert len(await town.serve(project, one)) == 1


async def test_what_cannot_be_recorded_is_named_and_nothing_is(world: World) -> None:
    await world.import_lines(ONE, TWO, ELSEWHERE)
    town, agency = await office(world), await office(world, "hrss")
    project, planned, foreign = await town.active(), await town.create("计划中"), await agency.create()
    one, two, elsewhere = [await point(world, of) for of in (ONE, TWO, ELSEWHERE)]
    await town.serve(project, one)
    refused = await refusal(town.records.RecordServices(record(project, two, one, elsewhere)))
    assert refused.reason == "SERVICES_REFUSED"
    assert [(violation.field, violation.rule) for violation in refused.violations] == [
        ("designation_ids[1]", "SERVICE_RECORDED_ALREADY"),
        ("designation_ids[2]", "POINT_NOT_OF_AREA"),
    ]
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for request, reason in (
        (record(project, two, day=tomorrow), "SERVICE_DAY_INVALID"),
        (record(project, two, day=f"{YEAR - 1}-12-31"), "SERVICE_DAY_INVALID"),
        (record(project, two, day=f"{YEAR}-13-01"), "FIELDS_INVALID"),
        (record(project), "FIELDS_INVALID"),
        (record(project, two, two), "FIELDS_INVALID"),
        (record(project, *[str(uuid4()) for _ in range(101)]), "FIELDS_INVALID"),
        (record(planned, two), "PROJECT_WRONG_STATE"),
        (record(foreign, two), "PROJECT_NOT_FOUND"),
    ):
        assert (await refusal(town.records.RecordServices(request))).reason == reason
    assert len(await world.rows("SELECT FROM service_record")) == 1
    both = await office(world, f"area-{FENGJING}", Role.ROLE_AREA_OFFICER, Role.ROLE_SUPERVISOR)
    assert (await refusal(both.records.RecordServices(record(project, two)))).reason == "PERMISSION_DENIED"


async def test_a_retry_records_once_and_two_at_once_do_too(world: World) -> None:
    await world.import_lines(ONE, TWO)
    town, colleague = await office(world), await office(world)
    project, one, two = await town.active(), await point(world, ONE), await point(world, TWO)
    request = record(project, one, request_id="once")
    first = (await town.records.RecordServices(request)).service_records
    assert (await town.records.RecordServices(request)).service_records == first
    other = record(project, two, request_id="once")
    assert (await refusal(town.records.RecordServices(other))).reason == "IDEMPOTENCY_KEY_REUSED"
    calls = [who.records.RecordServices(record(project, two)) for who in (town, colleague, town)]
    passed, refused = await race(*calls)
    assert (len(passed), refused) == (1, ["SERVICES_REFUSED"] * 2)
    (made,) = passed[0].service_records
    answering = await contact(world, TWO)
    on = [pb.ConfirmServiceRequest(on=on_record(made)) for _ in range(3)]
    passed, refused = await race(*[answering.records.ConfirmService(one) for one in on])
    assert (len(passed), sorted(set(refused))) == (1, ["STALE_VERSION"])


# In 2024 National Day was free from Tuesday 1 October, and Sunday 29 September and Saturday 12 October were worked for it.
ASKED = datetime(2024, 9, 27, 10, tzinfo=BEIJING)
SILENT_UNTIL = datetime(2024, 10, 10, 17, 30, tzinfo=BEIJING)


async def test_silence_counts_exactly_after_the_working_days_set(world: World) -> None:
    assert PATIENCE.until(ASKED) == (SILENT_UNTIL.astimezone(UTC), False)
    await world.import_lines(ONE, year=2024)
    town = await office(world)
    project = await town.active(year=2024)
    of = UUID(await point(world, ONE, 2024))
    async with world.database.begin() as session:
        service = Service(ASKED.date(), ServiceKind.VISIT, "")
        await service_records.record(Errand(session, town.actor, ASKED), PATIENCE, UUID(project.id), service, [of])

    async def stands(now: datetime) -> tuple[int, int]:
        async with world.database.read() as session:
            (row,) = await coverage_queries.all_lines(session, SUPERVISOR, 2024, now)
        return row.waiting, row.presumed

    instant = timedelta(microseconds=1)
    assert [await stands(SILENT_UNTIL - instant), await stands(SILENT_UNTIL)] == [(1, 0), (0, 1)]
    state, until = (await world.rows("SELECT state, answer_until FROM service_record"))[0]
    assert [shown_state(state, until, now) for now in (SILENT_UNTIL - instant, SILENT_UNTIL)] == ["RECORDED", "PRESUMED"]
    one = await contact(world, ONE, 2024)
    (presumed,) = (
        await one.records.ListServiceRecords(pb.ListServiceRecordsRequest(year=2024, state=SERVICE_STATE_PRESUMED))
    ).service_records
    disputed = await one.records.DisputeService(pb.DisputeServiceRequest(on=on_record(presumed), reason="没有来过"))
    assert disputed.service_record.state == SERVICE_STATE_DISPUTED  # silence may still be broken
    assert await stands(SILENT_UNTIL) == (0, 0)


async def test_nobody_asked_is_never_presumed_until_somebody_is(world: World) -> None:
    await world.import_lines(ALONE)
    town = await office(world)
    (made,) = await town.serve(await town.active(), await point(world, ALONE), day=FIRST)
    assert not made.HasField("answer_until")
    far = datetime.now(UTC) + timedelta(days=300)
    async with world.database.begin() as session:
        assert await service_records.ask_again(session, PATIENCE, far) == 0
    liaison = registry_pb.NewLiaison(name="赵六", phone="13800000003", consented=True)
    enterprise = await world.enterprise(ALONE)
    await world.registry(LEAD).AppointLiaison(
        registry_pb.AppointLiaisonRequest(enterprise_id=enterprise.id, liaison=liaison, request_id="r")
    )

    async def ask() -> int:
        async with world.database.begin() as session:
            return await service_records.ask_again(session, PATIENCE, datetime.now(UTC))

    assert sorted(await asyncio.gather(ask(), ask())) == [0, 1]
    asked = (await world.events(events_pb2.ServiceRecorded, made.id))[-1]
    assert (asked.liaison_person_id, asked.service.version) == ((await world.enterprise(ALONE)).liaison.person_id, 2)
    one = await contact(world, ALONE)
    get = pb.GetServiceRecordRequest(service_record_id=made.id)
    assert (await one.records.GetServiceRecord(get)).service_record.answer_until.ToDatetime(UTC) > datetime.now(UTC)


async def test_a_term_is_counted_again_once_the_holidays_are_known(world: World) -> None:
    await world.import_lines(ONE)
    town = await office(world)
    await town.serve(await town.active(), await point(world, ONE))
    unknown, known = Patience(5, WorkingCalendar({})), Patience(5, WorkingCalendar(holiday_all_next_week()))
    asked_at = (await world.rows("SELECT asked_at FROM service_record"))[0][0]

    async def recount(patience: Patience) -> tuple[int, bool, datetime]:
        async with world.database.begin() as session:
            count = await service_records.recount(session, patience, datetime.now(UTC))
        row = (await world.rows("SELECT provisional, answer_until FROM service_record"))[0]
        return count, row[0], row[1]

    await world.change("UPDATE service_record SET provisional = true")
    guessed = unknown.until(asked_at)[0]
    await recount(unknown)
    assert await recount(unknown) == (0, True, guessed)
    count, provisional, until = await recount(known)
    assert (count, provisional) == (1, False)
    assert until - guessed >= timedelta(days=7)
    assert (await recount(known))[0] == 0


def holiday_all_next_week() -> dict[int, dict[date, bool]]:
    free = {TODAY + timedelta(days=ahead): False for ahead in range(1, 8)}
    tables: dict[int, dict[date, bool]] = {YEAR: {}, YEAR + 1: {}}
    for day in free:
        tables[day.year][day] = False
    return tables


BROKEN = {
    "another area's enterprise": ("designation_id = '{elsewhere}'", "fk_service_record_designation"),
    "another area's project": ("project_id = '{foreign}'", "fk_service_record_project"),
    "an agency's project": ("project_id = '{agency}'", "fk_service_record_project"),
    "another year": (f"year = {YEAR - 1}", "ck_service_record_within_year"),
    "a day ahead": ("served_on = now()::date + 2", "service_record_not_ahead"),
    "a reason without a dispute": ("dispute_reason = 'x'", "ck_service_record_disputed"),
    "a confirmation by nobody": ("state = 'CONFIRMED'", "ck_service_record_answered"),
    "a withdrawal without a reason": ("state = 'WITHDRAWN'", "ck_service_record_withdrawn"),
    "a deadline without anybody asked": ("asked_id = NULL", "ck_service_record_asked_until"),
}
COLUMNS = "year, area_code, project_id, designation_id, served_on, kind, note, state, provisional, recorded_by, recorded_at"


async def test_the_database_refuses_what_must_never_be(world: World) -> None:
    await world.import_lines(ONE, ELSEWHERE)
    town, next_door, agency = await office(world), await office(world, f"area-{FENGJING}"), await office(world, "hrss")
    await town.serve(await town.active(), await point(world, ONE), day=FIRST)
    ids = {
        "elsewhere": await point(world, ELSEWHERE),
        "foreign": (await next_door.active()).id,
        "agency": (await agency.active()).id,
    }
    await world.change("ALTER TABLE service_record DISABLE TRIGGER service_record_guarded")
    for case, (change, constraint) in BROKEN.items():
        guarded = constraint == "service_record_not_ahead"
        if guarded:
            await world.change("ALTER TABLE service_record ENABLE TRIGGER service_record_guarded")
        with pytest.raises(DBAPIError) as caught:
            await world.change(f"UPDATE service_record SET {change.format(**ids)}")
        assert constraint_of(caught.value) == constraint, case
        if guarded:
            await world.change("ALTER TABLE service_record DISABLE TRIGGER service_record_guarded")
    await world.change("ALTER TABLE service_record ENABLE TRIGGER service_record_guarded")
    for change, constraint in (
        ("UPDATE service_record SET note = 'x'", "service_record_fixed"),
        ("DELETE FROM service_record", "service_record_stays"),
        (
            f"INSERT INTO service_record (id, version, {COLUMNS})"
            f" SELECT gen_random_uuid(), 1, {COLUMNS} FROM service_record",
            "uq_service_record_once",
        ),
    ):
        with pytest.raises(DBAPIError) as caught:
            await world.change(change)
        assert constraint_of(caught.value) == constraint
    await world.change("UPDATE service_record SET state = 'CONFIRMED', answered_by = id, answered_at = now()")
    with pytest.raises(DBAPIError) as caught:
        await world.change("UPDATE service_record SET state = 'RECORDED', answered_by = NULL, answered_at = NULL")
    assert constraint_of(caught.value) == "service_record_answered"
