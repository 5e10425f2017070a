"""What a listener has seen, and what it could not digest. The inbox row, not the bus, lets an event take effect once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database

FIRST_SIGHT = text("""
INSERT INTO inbox (consumer, event_id) SELECT :consumer, unnest(CAST(:ids AS uuid[]))
ON CONFLICT DO NOTHING RETURNING event_id
""")
PURGE = text(
    "DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox WHERE seen_at < now() - interval '45 days' LIMIT 5000)"
)


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """The inbox and the dead letters, for a service's models."""
    inbox = Table(
        "inbox",
        metadata,
        Column("consumer", Text, nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("consumer", "event_id"),
        Index("ix_inbox_seen_at", "seen_at", postgresql_using="brin"),
    )
    dead = Table(
        "dead_letter",
        metadata,
        Column("consumer", Text, nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("error", Text, nullable=False),
        Column("deliveries", Integer, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("redriven_at", DateTime(timezone=True)),
        PrimaryKeyConstraint("consumer", "event_id"),
    )
    return inbox, dead


async def first_sight(session: AsyncSession, consumer: str, ids: Sequence[UUID]) -> set[UUID]:
    """Book these events as seen; return those that were not seen before. In the transaction of their effect."""
    found = await session.scalars(FIRST_SIGHT, {"consumer": consumer, "ids": sorted(ids)})
    return set(found)


async def tidy(database: Database) -> None:
    """Forget what was seen longer ago than any stream or outbox reaches back; called once a minute."""
    async with database.read() as session:
        await session.execute(PURGE)
