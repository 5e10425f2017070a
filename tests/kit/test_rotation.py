"""A key change over a live table: every row moves to the new key, and no newer value is overwritten."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from kit.crypto import Keyring
from kit.rotation import RotationIncomplete, rotate_column
from stack.servers import Postgres

PEOPLE = Table(
    "people",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("phone", LargeBinary),
    Column("note", Text),
)
PHONE, ID = PEOPLE.c.phone, PEOPLE.c.id
OLD_TEXT = Keyring.generate()
OLD, NEW = Keyring.parse(OLD_TEXT), Keyring.parse(Keyring.generate(OLD_TEXT))


@pytest.fixture
async def engine(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    postgres.drop_database("rotation")
    postgres.create_database("rotation")
    engine = create_async_engine(postgres.url("rotation").replace("postgresql://", "postgresql+psycopg://"))
    async with engine.begin() as connection:
        await connection.run_sync(PEOPLE.metadata.create_all)
    yield engine
    await engine.dispose()


def _sealed(ring: Keyring, row_id: int, phone: str) -> bytes:
    return ring.encrypt(phone, table="people", column="phone", row_id=row_id)


async def _fill(engine: AsyncEngine, ring: Keyring, ids: range) -> None:
    rows = [{"id": n, "phone": _sealed(ring, n, f"138{n:08}")} for n in ids]
    async with engine.begin() as connection:
        await connection.execute(insert(PEOPLE), rows)


async def _phones(engine: AsyncEngine) -> dict[int, str | None]:
    """What the new ring's holder reads; fails when any token is still under the old key."""
    async with engine.connect() as connection:
        rows = (await connection.execute(select(ID, PHONE))).all()
    assert not any(NEW.needs_rotation(token) for _, token in rows if token)
    return {n: token and NEW.decrypt(token, table="people", column="phone", row_id=n) for n, token in rows}


async def _until_blocked(engine: AsyncEngine) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with engine.connect() as connection, asyncio.timeout(10):
        while not (await connection.execute(waiting)).scalar_one():
            await connection.rollback()  # the statistics are frozen for the length of a transaction
            await asyncio.sleep(0.01)


async def test_every_row_moves_once_whatever_the_batch(engine: AsyncEngine) -> None:
    await _fill(engine, OLD, range(1, 24))
    await _fill(engine, NEW, range(24, 31))
    async with engine.begin() as connection:
        await connection.execute(insert(PEOPLE), [{"id": 99, "phone": None}])
    assert await rotate_column(engine, NEW, PHONE, ID, batch=5) == 23
    assert await _phones(engine) == {n: f"138{n:08}" for n in range(1, 31)} | {99: None}
    assert await rotate_column(engine, NEW, PHONE, ID, batch=5) == 0


async def test_a_full_last_batch_ends_the_run(engine: AsyncEngine) -> None:
    await _fill(engine, OLD, range(1, 11))
    assert await rotate_column(engine, NEW, PHONE, ID, batch=5) == 10


async def test_a_value_written_during_the_run_stays(engine: AsyncEngine) -> None:
    """A writer changes a row between the job's read and its update; the job then leaves it alone."""
    await _fill(engine, OLD, range(1, 6))
    async with engine.begin() as writer:
        await writer.execute(update(PEOPLE).where(ID == 3).values(phone=_sealed(NEW, 3, "newer")))
        run = asyncio.create_task(rotate_column(engine, NEW, PHONE, ID))
        await _until_blocked(engine)
    assert await run == 4
    assert (await _phones(engine))[3] == "newer"


async def test_unreadable_rows_are_named_and_do_not_hold_up_the_rest(engine: AsyncEngine) -> None:
    await _fill(engine, OLD, range(1, 12))
    async with engine.begin() as connection:
        await connection.execute(update(PEOPLE).where(ID == 4).values(phone=b"rubbish"))
        await connection.execute(update(PEOPLE).where(ID == 5).values(phone=_sealed(OLD, 6, "moved")))
    with pytest.raises(RotationIncomplete) as caught:
        await rotate_column(engine, NEW, PHONE, ID, batch=3)
    assert caught.value.row_ids == (4, 5)
    assert caught.value.rotated == 9
