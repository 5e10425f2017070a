"""Working days with 调休 through the service itself: what is due when, and a year whose table comes late."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import calendar_service_pb2 as cal
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2

from kit.calendar import BEIJING, WorkingCalendar
from services.dispatch.calendars import CalendarKeeper
from services.dispatch.service.reference import KEEP_POINT
from tests.dispatch import scenes
from tests.dispatch.conftest import Enterprise, World

VERSIONS = itertools.count(10)
NOTICE = "国务院办公厅关于{}年部分节假日安排的通知"
# The notice of 2021, written down from its text: 放假 from … to …, 上班 on ….
FREE_2021 = [("01-01", 3), ("02-11", 7), ("04-03", 3), ("05-01", 5), ("06-12", 3), ("09-19", 3), ("10-01", 7)]
MADE_UP_2021 = {"02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09"}
MUST_SHOW = [("2021-09-17", 1, "2021-09-18"), ("2021-09-18", 1, "2021-09-22"), ("2021-09-30", 1, "2021-10-08")]
MUST_SHOW += [("2021-09-30", 2, "2021-10-09")]
TERMS = {pb.CLOCK_KIND_ACCEPT: 1, pb.CLOCK_KIND_CLASSIFY: 2}


@dataclass
class Wall:
    """The clock on the wall, which the service goes by."""

    now: datetime

    def on(self, day: date | str, hour: int = 10) -> None:
        self.now = datetime.combine(date.fromisoformat(str(day)), time(hour), BEIJING)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    clock = Wall(datetime.now(UTC))
    for edge in ("edge", "demands", "calendars"):
        monkeypatch.setattr(f"services.dispatch.servicer.{edge}.now", lambda: clock.now)
    return clock


@pytest.fixture
async def as_loaded(world: World) -> World:
    """The service goes by the calendar in its database."""
    await CalendarKeeper(world.database, world.course).learn()
    return world


async def designate(world: World, year: int) -> Enterprise:
    """An enterprise that is a liaison point of that year."""
    enterprise = Enterprise()
    point = {"designation_id": uuid4(), "enterprise_id": enterprise.id, "enterprise_name": "金山历书有限公司", "year": year}
    point |= {"area_code": enterprise.area, "active": True, "liaison_person_id": enterprise.liaison}
    async with world.database.begin() as session:
        await session.execute(KEEP_POINT, point | {"at": datetime.now(UTC), "version": next(VERSIONS)})
    return enterprise


def due_day(demand: Any, kind: Any) -> tuple[str, bool]:
    """The day on which this clock of a demand is due at close of business, and whether that is provisional."""
    (clock,) = [one for one in demand.clocks if one.kind == kind and not one.HasField("stopped_at")]
    due = clock.due_at.ToDatetime(UTC).astimezone(BEIJING)
    assert due.time() == time(17, 30)
    return str(due.date()), clock.provisional


async def set_year(world: World, year: int, days_off: list[str], workdays: list[str], **fields: Any) -> Any:
    lead = fields.pop("by", None) or world.centre_lead()
    seen = fields.pop("seen", None) or (await world.call(lead, "GetCalendar", cal.GetCalendarRequest(year=year))).revision
    values = {"year": year, "expected_revision": seen, "notice": NOTICE.format(year)}
    values |= {"days_off": days_off, "workdays": workdays, **fields}
    return await world.call(lead, "SetCalendar", cal.SetCalendarRequest(**values))


def worked_in_2021(day: date) -> bool:
    """By the notice's own words; 2022's first days, which late December reaches, were 放假 from the 1st to the 3rd."""
    if day.year == 2022:
        return day > date(2022, 1, 3) and day.weekday() < 5
    free = [date.fromisoformat(f"2021-{first}") + timedelta(ahead) for first, days in FREE_2021 for ahead in range(days)]
    return f"{day:%m-%d}" in MADE_UP_2021 or (day.weekday() < 5 and day not in free)


def counted_by_hand(start: date, days: int) -> str:
    later = (start + timedelta(ahead) for ahead in itertools.count(1))
    return str(next(itertools.islice(filter(worked_in_2021, later), days - 1, None)))


async def test_every_day_of_a_year_with_调休(
    as_loaded: World, wall: Wall, record_property: Callable[[str, str], None]
) -> None:
    """Must-show: each submission of 2021 is due when its notice says, and a year without a table is counted again once."""
    world, enterprise = as_loaded, await designate(as_loaded, 2021)
    found: dict[tuple[str, int], str] = {}
    for ahead in range(365):
        day = date(2021, 1, 1) + timedelta(ahead)
        wall.on(day, hour=ahead % 24)
        demand = await world.submit(enterprise.actor())
        for kind, days in TERMS.items():
            due, guessed = due_day(demand, kind)
            assert not guessed
            found[str(day), days] = due
    assert {(start, days): found[start, days] for start, days, _ in MUST_SHOW} == {(s, n): due for s, n, due in MUST_SHOW}
    wrong = [(start, n, due) for (start, n), due in found.items() if due != counted_by_hand(date.fromisoformat(start), n)]
    provisional, recomputed, again = await year_without_table(world, wall)
    figures = f"provisional={provisional} recomputed={recomputed} again={again}"
    record_property("summary", f"calendar: cases={len(found)} wrong={len(wrong)} {figures}")
    assert (wrong, again) == ([], 0)
    assert provisional == recomputed > 0


async def year_without_table(world: World, wall: Wall) -> tuple[int, int, int]:
    """The last days of 2030, without a table of 2031; then it comes. Tells what was provisional, changed, changed again."""
    await set_year(world, 2030, ["2030-10-01"], [])
    enterprise, agency = await designate(world, 2030), world.agency()
    sent = []
    for day in ("2030-12-26", "2030-12-27", "2030-12-30", "2030-12-31"):
        wall.on(day)
        sent += [await world.submit(enterprise.actor(), category_code=code) for code in ("hrss", "unsure")]
    handled = await world.move(agency, "AcceptDemand", sent[4])
    handled = await world.move(agency, "SetDisposition", handled, kind=2, promised_on="2031-01-08")
    answered = await world.move(world.centre(), "ReplyDemand", sent[7], **scenes.DIRECT)
    assert due_day(sent[4], pb.CLOCK_KIND_ACCEPT) == ("2030-12-31", True)
    assert due_day(sent[4], pb.CLOCK_KIND_CLASSIFY) == ("2031-01-01", True)  # Monday to Friday, for want of a table
    assert due_day(answered, pb.CLOCK_KIND_RATING) == ("2031-01-14", True)
    (unsure,) = await world.sql("SELECT count(*) FROM demand_clock WHERE provisional AND stopped_at IS NULL")
    before = await world.sql("SELECT id, due_at FROM demand_clock WHERE stopped_at IS NOT NULL ORDER BY id")
    await set_year(world, 2031, ["2031-01-01", "2031-01-02", "2031-01-03"], ["2031-01-04"])
    keeper = CalendarKeeper(world.database, world.course)
    recomputed = await keeper.look(wall.now)
    logged = await world.sql("SELECT * FROM clock_change")
    assert len(logged) == recomputed
    assert before == await world.sql("SELECT id, due_at FROM demand_clock WHERE stopped_at IS NOT NULL ORDER BY id")
    assert due_day(await read(world, sent[0]), pb.CLOCK_KIND_ACCEPT) == ("2030-12-27", False)
    assert due_day(await read(world, sent[3]), pb.CLOCK_KIND_TRIAGE) == ("2030-12-30", False)
    assert due_day(await read(world, sent[6]), pb.CLOCK_KIND_ACCEPT) == ("2031-01-04", False)
    assert due_day(await read(world, sent[6]), pb.CLOCK_KIND_CLASSIFY) == ("2031-01-06", False)
    assert due_day(await read(world, answered), pb.CLOCK_KIND_RATING) == ("2031-01-16", False)
    assert due_day(await read(world, handled), pb.CLOCK_KIND_HANDLE) == ("2031-01-08", False)
    stands = await world.snapshot()
    again = await keeper.recount(wall.now) + await CalendarKeeper(world.database, world.course).look(wall.now)
    assert stands == await world.snapshot()
    return unsure[0], recomputed, again


async def read(world: World, demand: Any) -> Any:
    return (await world.call(world.centre(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))).demand


async def test_what_changed_is_told_in_the_timeline_and_nobody_is_called(as_loaded: World, wall: Wall) -> None:
    world, enterprise = as_loaded, await designate(as_loaded, 2040)
    wall.on("2040-12-28")
    demand = await world.submit(enterprise.actor())
    set_ = await set_year(world, 2041, ["2041-01-01"], [])
    await set_year(world, 2040, ["2040-12-31"], [])
    await CalendarKeeper(world.database, world.course).look(wall.now)
    now = await read(world, demand)
    assert now.version == demand.version + 1
    lines = await world.call(enterprise.actor(), "ListDemandEvents", rpc.ListDemandEventsRequest(demand_id=demand.id))
    assert (lines.events[-1].type, lines.events[-1].person_id) == ("rescheduled", "")
    rows = await world.sql(
        "SELECT k.kind, c.old_due_at, c.new_due_at, c.old_provisional, c.new_provisional, c.revision, c.sequence"
        " FROM clock_change c JOIN demand_clock k ON k.id = c.clock_id WHERE c.demand_id = :id ORDER BY k.kind",
        id=demand.id,
    )
    at = {day: datetime.combine(date.fromisoformat(day), time(17, 30), BEIJING) for day in ("2040-12-31", "2041-01-02")}
    moved = (at["2040-12-31"], at["2041-01-02"], True, False, set_.revision + 1, now.version)
    assert [tuple(row) for row in rows if row.kind != "CLASSIFY"] == [("ACCEPT", *moved), ("CONTACT", *moved)]
    (event,) = await world.sql(
        "SELECT type, payload FROM outbox WHERE aggregate_id = :id AND aggregate_version = :version",
        id=demand.id,
        version=now.version,
    )
    told = events_pb2.DemandRescheduled.FromString(event.payload)
    assert event.type.endswith("DemandRescheduled")
    assert told.audience == events_pb2.Audience()
    await scenes.check_histories(world)


async def test_a_promised_day_stays_and_says_that_it_became_a_free_one(as_loaded: World, wall: Wall) -> None:
    world, enterprise = as_loaded, await designate(as_loaded, 2050)
    wall.on("2050-03-01")
    demand = await world.move(world.agency(), "AcceptDemand", await world.submit(enterprise.actor()))
    demand = await world.move(world.agency(), "SetDisposition", demand, kind=2, promised_on="2050-03-10")
    asked = await world.move(world.agency(), "RequestInfo", demand, questions=["用工几年？"])
    wall.on("2050-03-02")
    demand = await world.move(enterprise.actor(), "SupplyInfo", asked, answer="五年")
    promised = due_day(demand, pb.CLOCK_KIND_HANDLE)[0]  # a day later, for the one that the enterprise took
    await set_year(world, 2050, [promised], [])
    keeper = CalendarKeeper(world.database, world.course)
    assert await keeper.look(wall.now) > 0
    now = await read(world, demand)
    (clock,) = [one for one in now.clocks if one.kind == pb.CLOCK_KIND_HANDLE]
    assert (due_day(now, pb.CLOCK_KIND_HANDLE)[0], clock.day_off) == (promised, True)
    (event,) = await world.sql(
        "SELECT payload FROM outbox WHERE aggregate_id = :id AND aggregate_version = :version",
        id=demand.id,
        version=now.version,
    )
    told = events_pb2.DemandRescheduled.FromString(event.payload).audience
    assert (list(told.agency_ids), list(told.liaison_ids)) == ([str(world.contacts["hrss"])], [])
    # Another day for it is a working day again.
    later = await world.move(world.agency(), "RequestExtension", now, promised_on="2050-03-14", reason="原承诺日为休息日")
    later = await world.move(world.centre(), "DecideApproval", later, **scenes.YES, approval_id=later.approvals[0].id)
    assert not any(one.day_off for one in later.clocks)
    assert await keeper.recount(wall.now) == 0


BAD: list[tuple[list[str], list[str], str, str]] = [
    (["2060-01-01", "2061-01-01"], [], "CALENDAR_DAY_INVALID", "2061-01-01"),
    (["2059-12-24"], [], "CALENDAR_DAY_INVALID", "2059-12-24"),
    (["2060-01-01", "2060-01-01"], [], "CALENDAR_DAY_INVALID", "2060-01-01"),
    (["2060-01-03"], ["2060-01-03"], "CALENDAR_DAY_INVALID", "2060-01-03"),
    (["2060-01-01"], ["2060-01-05"], "CALENDAR_DAY_INVALID", "2060-01-05"),
    (["2060-02-30"], [], "DAY_INVALID", ""),
    (["2060-1-1"], [], "FIELDS_INVALID", ""),
    ([], [], "FIELDS_INVALID", ""),
]


@pytest.mark.parametrize(("days_off", "workdays", "reason", "day"), BAD)
async def test_a_table_that_cannot_be_is_refused(
    as_loaded: World, days_off: list[str], workdays: list[str], reason: str, day: str
) -> None:
    lead = as_loaded.centre_lead()
    seen = (await as_loaded.call(lead, "ListCalendars", cal.ListCalendarsRequest())).revision
    values: dict[str, Any] = {"year": 2060, "expected_revision": seen, "notice": "通知"}
    request = cal.SetCalendarRequest(**values, days_off=days_off, workdays=workdays)
    refusal = await as_loaded.refused(lead, "SetCalendar", request)
    assert (refusal.reason, refusal.metadata.get("day", "")) == (reason, day)


async def test_a_table_is_loaded_once_by_the_centres_lead_over_what_was_seen(as_loaded: World) -> None:
    world, lead = as_loaded, as_loaded.centre_lead()
    seen = (await world.call(lead, "ListCalendars", cal.ListCalendarsRequest())).revision
    unknown = (await world.call(lead, "GetCalendar", cal.GetCalendarRequest(year=2070))).calendar
    assert unknown == cal.Calendar(year=2070)
    table: tuple[list[str], list[str]] = (["2070-10-01", "2069-12-31"], ["2070-10-11"])
    for _ in range(2):
        done = await set_year(world, 2070, *table, by=lead, seen=seen)
        assert (done.revision, done.calendar.revision, done.calendar.loaded_by) == (seen + 1, seen + 1, str(lead.person_id))
        assert (list(done.calendar.days_off), list(done.calendar.workdays)) == (["2069-12-31", "2070-10-01"], ["2070-10-11"])
    for other in ({"by": world.centre_lead()}, {"by": lead, "notice": "另一通知"}):
        fields = {"year": 2070, "expected_revision": seen, "notice": NOTICE.format(2070), "days_off": table[0]}
        fields |= {"workdays": table[1]} | {name: value for name, value in other.items() if name != "by"}
        refusal = await world.refused(other["by"], "SetCalendar", cal.SetCalendarRequest(**fields))  # type: ignore[arg-type]
        assert (refusal.reason, refusal.metadata["version"]) == ("STALE_VERSION", str(seen + 1))
    for actor in (world.centre(), world.supervisor(), world.agency("hrss", Role.ROLE_AGENCY_LEAD)):
        request = cal.SetCalendarRequest(year=2070, expected_revision=seen + 1, notice="x", days_off=["2070-01-01"])
        assert (await world.refused(actor, "SetCalendar", request)).reason == "PERMISSION_DENIED"
    listed = await world.call(world.enterprise.actor(), "ListCalendars", cal.ListCalendarsRequest())
    years = [one.year for one in listed.calendars]
    assert years == sorted(set(years))
    assert {2004, 2021, 2070} <= set(years)
    assert world.course.calendar.is_workday(date(2070, 10, 11))


async def test_a_process_that_was_behind_is_caught_up_with(as_loaded: World, wall: Wall) -> None:
    """A clock that somebody's older calendar made is counted again by whoever passes next, in each process."""
    world, enterprise = as_loaded, await designate(as_loaded, 2080)
    behind = replace(world.course, calendar=WorkingCalendar({}), revision=world.course.revision)
    keeper, other = CalendarKeeper(world.database, world.course), CalendarKeeper(world.database, behind)
    wall.on("2080-06-03")
    await set_year(world, 2080, ["2080-06-04"], [])
    await keeper.look(wall.now)
    world.course.calendar, newer = behind.calendar, world.course.calendar
    demand = await world.submit(enterprise.actor())  # by a calendar that does not know
    world.course.calendar = newer
    assert due_day(demand, pb.CLOCK_KIND_ACCEPT)[0] == "2080-06-04"
    assert await keeper.look(wall.now + timedelta(seconds=20)) == 0  # not yet time for the second pass
    assert await keeper.look(wall.now + timedelta(seconds=41)) == 3
    assert due_day(await read(world, demand), pb.CLOCK_KIND_ACCEPT)[0] == "2080-06-05"
    assert await other.look(wall.now) == 0
    assert not behind.calendar.is_workday(date(2080, 6, 4))
