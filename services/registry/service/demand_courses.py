"""The course of demands as their events tell it (SUR-3). Told twice or out of order, it comes out the same."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2, events_pb2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery
from services.registry.rules import year_of

FLAGS = ("dispatched", "accepted", "accepted_late", "replied", "replied_late", "returned", "closed", "reopened", "withdrawn")
# What an event says happened; the first of a demand says no more than that it came in.
HAPPENED: dict[type, str] = {
    events_pb2.DemandDispatched: "dispatched",
    events_pb2.DemandAccepted: "accepted",
    events_pb2.DemandReplied: "replied",
    events_pb2.DemandReturnRequested: "returned",
    events_pb2.DemandClosed: "closed",
    events_pb2.DemandReopened: "reopened",
    events_pb2.DemandWithdrawn: "withdrawn",
}
LATE = {demand_pb2.CLOCK_KIND_ACCEPT: "accepted_late", demand_pb2.CLOCK_KIND_HANDLE: "replied_late"}
_RISING = ", ".join(f"{flag} = demand_course.{flag} OR excluded.{flag}" for flag in FLAGS)
_COLUMNS = f"demand_id, year, category_code, first_at, satisfaction, rated_version, {', '.join(FLAGS)}"
_GIVEN = (
    "CAST(:demand_id AS uuid[]), CAST(:year AS bigint[]), CAST(:category_code AS text[]), CAST(:first_at AS timestamptz[]),"
    " CAST(:satisfaction AS bigint[]), CAST(:rated_version AS bigint[])"
    + "".join(f", CAST(:{flag} AS boolean[])" for flag in FLAGS)
)
KEEP = text(f"""
INSERT INTO demand_course ({_COLUMNS}) SELECT * FROM unnest({_GIVEN})
ON CONFLICT (demand_id) DO UPDATE SET
  year = CASE WHEN excluded.first_at < demand_course.first_at THEN excluded.year ELSE demand_course.year END,
  first_at = LEAST(demand_course.first_at, excluded.first_at),
  satisfaction = CASE WHEN excluded.rated_version > demand_course.rated_version
    THEN excluded.satisfaction ELSE demand_course.satisfaction END,
  rated_version = GREATEST(demand_course.rated_version, excluded.rated_version),
  {_RISING}
""")  # noqa: S608 - names of our own


async def keep(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Add what some events of one type tell."""
    rows = _folded(deliveries)
    columns = ("demand_id", "year", "category_code", "first_at", "satisfaction", "rated_version", *FLAGS)
    # In one order, whoever else writes at the same time.
    ordered = [rows[demand_id] for demand_id in sorted(rows)]
    await session.execute(KEEP, {column: [row[column] for row in ordered] for column in columns})


def _folded(deliveries: Iterable[Delivery]) -> dict[UUID, dict[str, Any]]:
    """A row for each demand: one statement touches none twice."""
    rows: dict[UUID, dict[str, Any]] = {}
    for delivery in sorted(deliveries, key=lambda one: one.event.demand.version):
        subject = delivery.event.demand
        row = rows.setdefault(
            UUID(subject.demand_id),
            {
                "demand_id": UUID(subject.demand_id),
                "year": year_of(delivery.at),
                "category_code": subject.category_code,
                "first_at": delivery.at,
                "satisfaction": None,
                "rated_version": 0,
                **dict.fromkeys(FLAGS, False),
            },
        )
        _add(row, delivery.event)
    return rows


def _add(row: dict[str, Any], event: Any) -> None:
    if isinstance(event, events_pb2.DemandRated):
        row["satisfaction"], row["rated_version"] = event.satisfaction, event.demand.version
    elif isinstance(event, events_pb2.DeadlineBreached):
        if flag := LATE.get(event.clock):
            row[flag] = True
    elif flag := HAPPENED.get(type(event)):
        row[flag] = True
