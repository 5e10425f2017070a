"""Dispatch as its edge has it, over one database for all sequences, with a clock that the test moves."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import pytest
import uvloop
from fahu.access.v1 import access_pb2
from fahu.dispatch.v1 import demand_pb2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.blobs import FolderBlobs
from kit.calendar import WorkingCalendar, library_tables
from kit.context import CallContext, enter_call, new_request_id
from kit.db import Database
from kit.errors import FieldsInvalid, PermissionDenied
from kit.events import outbox
from kit.rpc import access, interceptors
from kit.rpc.validation import violations_of
from kit.scanning import NoScanner
from kit.uploads import Checker
from services.dispatch import moves
from services.dispatch.__main__ import SERVICES, registrations
from services.dispatch.calendars import CalendarKeeper
from services.dispatch.filing import Filing
from services.dispatch.moves import Act, Course
from services.dispatch.queries import demands as queries
from services.dispatch.rules import Action, Terms, YearTable
from services.dispatch.service import calendars, deadlines, parking
from services.dispatch.service.reference import KEEP_POINT, KEEP_UNIT, load_categories
from services.dispatch.servicer import calendars as tables
from services.dispatch.servicer import demands, edge, handling, joint_cases, look_backs, on_behalf
from tests.dispatch.conftest import MODULES, REQUESTS
from tests.machines.cast import CONTACTS, LEADERS, SILENT_UNIT, UNITS, Enterprise, Look

T = TypeVar("T")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
YEARS = range(2023, 2028)
LAST_YEAR_KNOWN = 2023  # whose holidays are published, as far as this calendar goes
RULES = {path.rpartition("/")[2]: rule for path, rule in access.rules_of(SERVICES, access_pb2.rule).items()}
# Everything of a demand but its warnings, which change nothing about it.
PARTS = [
    "demand_event",
    "demand_clock",
    "demand_segment",
    "demand_disposition",
    "demand_reply",
    "demand_rating",
    "demand_approval",
    "demand_info_request",
    "demand_co_handler",
    "look_back",
    "supervision_order",
    "routing_suggestion",
    "clock_change",
]
DIGEST = " || ".join(
    f"(SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {part} t WHERE t.demand_id = d.id)"
    for part in PARTS
)
LOOK: Any = f"""
SELECT to_jsonb(d) || jsonb_build_object('id', d.id) AS row, md5(d::text || {DIGEST}) AS digest,
  ARRAY(SELECT unit_code FROM demand_co_handler WHERE demand_id = d.id AND released_at IS NULL) AS assistants,
  (SELECT to_jsonb(a) FROM demand_approval a WHERE demand_id = d.id AND state = 'PENDING') AS pending,
  (SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') FROM supervision_order o
   WHERE demand_id = d.id AND closed_at IS NULL) AS orders,
  (SELECT count(*) FROM demand_approval WHERE demand_id = d.id AND state = 'APPROVED') AS granted,
  (SELECT count(*) FROM demand_reply WHERE demand_id = d.id) AS replies
FROM demand d WHERE d.enterprise_id = %(enterprise)s ORDER BY d.id
"""


@dataclass
class Stage:
    """The platform that a machine acts on, and the moves that its latest call took."""

    loop: asyncio.AbstractEventLoop
    database: Database
    course: Course
    now: datetime = datetime(2023, 1, 1, tzinfo=UTC)
    known: tuple[WorkingCalendar, int] = (WorkingCalendar({}), 0)
    recounted_at: datetime | None = None  # by a table that came in this sequence
    servicers: dict[str, Any] = field(default_factory=dict)
    taken: list[tuple[Action, Act]] = field(default_factory=list)
    neighbour: Enterprise = field(default_factory=lambda: Enterprise("next door"))
    sequences: int = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def workday(self, ahead: int) -> str:
        """The day so many working days from now."""
        return str(self.course.calendar.day_of(self.course.calendar.add_workdays(self.now, ahead).at))

    async def call(self, actor: Actor, method: str, request: Any) -> Any:
        """What the interceptor does before a handler, and the handler; without the wire between."""
        self.taken.clear()
        if not RULES[method].admits(actor):
            raise PermissionDenied
        if violations := violations_of(request):
            raise FieldsInvalid(violations)
        enter_call(CallContext(new_request_id()))
        interceptors._actor.set(actor)
        return await getattr(self.servicers[method], method)(request, cast(Any, None))

    async def sweep(self) -> None:
        """What the platform does by itself every few seconds."""
        self.taken.clear()
        looked_at = 1
        while looked_at:
            async with self.database.begin() as session:
                looked_at = await deadlines.sweep(session, self.course, self.now)
        async with self.database.begin() as session:
            await parking.revive(session, self.course, self.now)

    async def recount(self) -> int:
        """What the platform does by itself where a table of holidays came."""
        self.taken.clear()
        self.recounted_at = self.now
        return await CalendarKeeper(self.database, self.course).recount(self.now)

    async def looks(self, enterprise: UUID) -> list[Look]:
        """The demands of an enterprise as they stand."""
        return [Look(*row) for row in await self.ask(LOOK, enterprise=enterprise)]

    async def ask(self, query: Any, **values: Any) -> list[Any]:
        """Ask by the driver, which takes a third of the time; this is done after every step."""
        async with self.database.direct() as run:
            return await run(query, values)

    async def sql(self, query: Any, **values: Any) -> list[Any]:
        """Ask, or change, the database behind the service's back."""
        async with self.database.read() as session:
            result = await session.execute(text(query) if isinstance(query, str) else query, values)
            return list(result.all()) if result.returns_rows else []  # type: ignore[attr-defined]

    async def set_aside(self) -> None:
        """Hide what earlier sequences left from sweeper, samples and tables: time and calendar were others."""
        await self.sql("UPDATE demand_clock SET next_look = NULL, stopped_at = started_at WHERE stopped_at IS NULL")
        await self.sql("UPDATE demand SET updated_at = :at, revived = true WHERE updated_at > :at", at=LONG_AGO)
        if self.recounted_at or self.course.revision != self.known[1]:
            await self.sql("DELETE FROM clock_change")
            await self.sql("DELETE FROM calendar_day WHERE revision > :kept", kept=self.known[1])
            await self.sql("DELETE FROM calendar_table WHERE revision > :kept", kept=self.known[1])
        (self.course.calendar, self.course.revision), self.recounted_at = self.known, None

    async def designate(self, enterprise: Enterprise) -> None:
        """Make an enterprise a liaison point of all the years a sequence may come to."""
        points = [
            {
                "designation_id": uuid4(),
                "enterprise_id": enterprise.id,
                "enterprise_name": "金山示例有限公司",
                "year": year,
                "area_code": enterprise.area,
                "active": True,
                "liaison_person_id": enterprise.liaison,
                "at": self.now,
                "version": 1,
            }
            for year in YEARS
        ]
        async with self.database.begin() as session:
            await session.execute(KEEP_POINT, points)

    async def populate(self) -> None:
        async with self.database.begin() as session:
            await load_categories(session)
            await calendars.load_years(session, _years_known(), self.now)
            for code, kind in UNITS.items():
                leaders = [LEADERS[code]] if code in LEADERS else []
                await session.execute(KEEP_UNIT, _unit(code, kind, [CONTACTS[code]], leaders))
            await session.execute(KEEP_UNIT, _unit(SILENT_UNIT, "AGENCY", [], []))
            await session.flush()
            await calendars.refresh(session, self.course)
        self.known = self.course.calendar, self.course.revision
        await self.designate(self.neighbour)
        # The checks look for a demand's events, which dispatch itself never does.
        await self.sql("CREATE INDEX ON outbox (aggregate_id)")


def _unit(code: str, kind: str, contacts: list[UUID], leaders: list[UUID]) -> dict[str, Any]:
    values = {"code": code, "name": code, "kind": kind, "active": True, "version": 1}
    return values | {"contact_ids": contacts, "leader_ids": leaders}


def _years_known() -> list[YearTable]:
    tables = {year: days for year, days in library_tables().items() if year <= LAST_YEAR_KNOWN}
    return [
        YearTable(year, "通知", tuple(d for d in days if not days[d]), tuple(d for d in days if days[d]))
        for year, days in tables.items()
    ]


def build(url: str) -> Stage:
    """A stage over a fresh database."""
    loop = uvloop.new_event_loop()
    database = Database(url, pool_size=2)
    database.before_commit = outbox.flush
    stage = Stage(loop, database, Course(WorkingCalendar({}), Terms()))
    filing = Filing(database, FolderBlobs(Path(mkdtemp())), Checker(), NoScanner())
    servicers = [one.args[0] for one in registrations(database, stage.course, filing) if isinstance(one, partial)]
    for service, (messages, _) in zip(SERVICES, MODULES, strict=True):
        for method in service.methods:
            REQUESTS[method.name] = getattr(messages, method.input_type.name)
            stage.servicers[method.name] = next((one for one in servicers if hasattr(one, method.name)), None)
    stage.run(stage.populate())
    return stage


def wire(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have dispatch go by the stage's clock, and note each move it takes."""
    for module in (edge, demands, handling, look_backs, joint_cases, on_behalf, tables):
        monkeypatch.setattr(module, "now", lambda: stage.now)
    monkeypatch.setattr(edge, "whole", seen_again)
    plain = moves.take

    def noting(written: moves.Written, action: Action, act: Act, *others: Any, **more: Any) -> moves.Row:
        after = plain(written, action, act, *others, **more)
        stage.taken.append((action, act))
        return after

    monkeypatch.setattr(moves, "take", noting)


async def seen_again(session: AsyncSession, actor: Actor, demand_id: UUID) -> demand_pb2.Demand:
    """The answer to a change, in short: its maker still sees the demand. Reading all of it would take half of the time."""
    row = await queries.demand_detail(session, actor, demand_id)
    return demand_pb2.Demand(id=str(row.id), judicial=row.judicial)


def tear_down(stage: Stage) -> None:
    stage.run(stage.database.close())
    stage.loop.close()
