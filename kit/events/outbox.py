"""Events leave through a table: a row written in the transaction that changed the state, published after it committed.

Rows stay 30 days after publishing, so that a lost stream can be rebuilt from them with nothing lost and nothing doubled.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from google.protobuf.message import Message
from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import current_call
from kit.db import WRITTEN

# The process that wrote a row publishes it from memory. Only if it has not within this time do others look at it.
FIRST_LEASE = timedelta(seconds=5)
RETENTION = timedelta(days=30)
_ADDED = "outbox_added"

INSERT = """
INSERT INTO outbox (id, subject, type, aggregate_id, aggregate_version, request_id, payload, created_at, lease_until)
SELECT * FROM unnest(
  CAST(:ids AS uuid[]), CAST(:subjects AS text[]), CAST(:types AS text[]), CAST(:aggregates AS text[]),
  CAST(:versions AS bigint[]), CAST(:request_ids AS text[]), CAST(:payloads AS bytea[]), CAST(:times AS timestamptz[]),
  CAST(:leases AS timestamptz[]))
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One event on its way: what the bus needs to carry it."""

    id: UUID
    subject: str
    type: str
    aggregate_id: str
    aggregate_version: int
    request_id: str
    payload: bytes
    created_at: datetime

    @property
    def lease_until(self) -> datetime:
        return self.created_at + FIRST_LEASE


def table(metadata: MetaData) -> Table:
    """The outbox table, for a service's models."""
    return Table(
        "outbox",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("aggregate_id", Text, nullable=False),
        Column("aggregate_version", BigInteger, nullable=False),
        Column("request_id", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("lease_until", DateTime(timezone=True), nullable=False),
        Column("published_at", DateTime(timezone=True)),
        Index("ix_outbox_pending", "lease_until", postgresql_where=text("published_at IS NULL")),
        Index("ix_outbox_created_at", "created_at"),
    )


def subject_of(event_type: type[Message], aggregate_id: str) -> str:
    """fahu.dispatch.v1.DemandAccepted of a demand → fahu.dispatch.v1.demand_accepted.<demand id>."""
    package, _, name = event_type.DESCRIPTOR.full_name.rpartition(".")
    return f"{package}.{re.sub(r'(?<!^)(?=[A-Z])', '_', name).lower()}.{aggregate_id}"


def row_of(event: Message, aggregate_id: str, version: int) -> Row:
    """Make the row of an event about an aggregate at a version."""
    return Row(
        id=uuid_utils.compat.uuid7(),
        subject=subject_of(type(event), aggregate_id),
        type=event.DESCRIPTOR.full_name,
        aggregate_id=aggregate_id,
        aggregate_version=version,
        request_id=current_call().request_id,
        payload=event.SerializeToString(),
        created_at=datetime.now(UTC),
    )


def add(session: AsyncSession, event: Message, aggregate_id: str, version: int) -> None:
    """Publish an event if, and only if, this session's transaction commits."""
    session.info.setdefault(_ADDED, []).append(row_of(event, aggregate_id, version))


def written(session: AsyncSession, rows: list[Row]) -> None:
    """Tell that the caller's own statement wrote these rows, so that they need not be written again."""
    session.info.setdefault(WRITTEN, []).extend(rows)


def columns_by_name(row: Row) -> dict[str, object]:
    """One row as its table has it, for a statement of the caller's own."""
    return {
        "id": row.id,
        "subject": row.subject,
        "type": row.type,
        "aggregate_id": row.aggregate_id,
        "aggregate_version": row.aggregate_version,
        "request_id": row.request_id,
        "payload": row.payload,
        "created_at": row.created_at,
        "lease_until": row.lease_until,
    }


def columns_of(rows: list[Row]) -> dict[str, list[object]]:
    """The rows turned into one array for each column, as INSERT takes them."""
    return {
        "ids": [row.id for row in rows],
        "subjects": [row.subject for row in rows],
        "types": [row.type for row in rows],
        "aggregates": [row.aggregate_id for row in rows],
        "versions": [row.aggregate_version for row in rows],
        "request_ids": [row.request_id for row in rows],
        "payloads": [row.payload for row in rows],
        "times": [row.created_at for row in rows],
        "leases": [row.lease_until for row in rows],
    }


async def flush(session: AsyncSession) -> None:
    """Write what was added, in one statement. The database object calls this right before each commit."""
    rows: list[Row] = session.info.pop(_ADDED, [])
    if rows:
        await session.execute(text(INSERT), columns_of(rows))
        written(session, rows)
