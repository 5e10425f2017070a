"""The ways to a transaction: all or nothing, what counts as an outage, and connections that the server has cut."""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy
from sqlalchemy import text

from kit.db import Database, constraint_of, driver_of, is_conflict, is_outage, with_retries
from kit.errors import DatabaseUnavailable
from kit.telemetry import without_rows
from tests.conftest import MakeDatabase
from tests.kit.gate import Gate

Look = Callable[[Database, str], Awaitable[bool]]
CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


def _with_table(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE note (id text PRIMARY KEY, CONSTRAINT note_short CHECK (length(id) < 100))")


@pytest.fixture(scope="module")
async def url(make_database: MakeDatabase) -> str:
    return make_database("notes", _with_table)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url, pool_size=3)
    yield database
    await database.close()


async def write(database: Database, note: str, fail: bool = False) -> None:
    async with database.begin() as session:
        await session.execute(text("INSERT INTO note VALUES (:id)"), {"id": note})
        if fail:
            raise RuntimeError("half way")


FIND = "SELECT 1 FROM note WHERE id = %(id)s"
ADD = "INSERT INTO note VALUES (%(id)s)"


async def known(database: Database, note: str) -> bool:
    async with database.begin() as session:
        return bool(await driver_of(session)(FIND, {"id": note}))


async def known_directly(database: Database, note: str) -> bool:
    async with database.direct() as run:
        return bool(await run(FIND, {"id": note}))


WAYS = pytest.mark.parametrize("look", [known, known_directly])


async def test_a_transaction_is_whole_or_nothing(database: Database) -> None:
    whole, half = uuid4().hex, uuid4().hex
    await write(database, whole)
    with pytest.raises(RuntimeError):
        await write(database, half, fail=True)
    assert (await known(database, whole), await known(database, half)) == (True, False)


async def test_a_direct_statement_is_a_transaction_of_its_own(database: Database) -> None:
    note = uuid4().hex
    async with database.direct() as run:
        await run(ADD, {"id": note})
        with pytest.raises(psycopg.errors.UniqueViolation):
            await run("INSERT INTO note VALUES (%(id)s || 'x'), (%(id)s)", {"id": note})
    assert (await known(database, note), await known(database, note + "x")) == (True, False)


async def test_the_name_of_a_broken_rule_is_told_by_every_way_in(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.IntegrityError) as by_session:
        await write(database, "x" * 100)
    async with database.begin() as session:
        with pytest.raises(psycopg.errors.CheckViolation) as by_driver:
            await driver_of(session)(ADD, {"id": "x" * 100})
        await session.rollback()
    assert constraint_of(by_session.value) == constraint_of(by_driver.value) == "note_short"
    assert constraint_of(ValueError()) == ""
    assert not is_outage(by_session.value)
    assert not is_conflict(by_driver.value)


def cut_all(url: str) -> int:
    """What a restart of the server does to the connections in a pool."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(CUT, [connection.info.dbname]).fetchone()
    return int(row[0]) if row else 0


@WAYS
async def test_no_caller_pays_for_connections_the_server_cut(database: Database, url: str, look: Look) -> None:
    await asyncio.gather(*[look(database, "a") for _ in range(12)])  # fills the pool
    assert cut_all(url) >= 1
    await asyncio.sleep(0.05)
    begin = time.monotonic()
    assert await asyncio.gather(*[look(database, "a") for _ in range(6)]) == [False] * 6
    assert time.monotonic() - begin < 0.7


@WAYS
async def test_an_outage_is_told_in_time_and_its_end_is_noticed_at_once(url: str, look: Look) -> None:
    gate = Gate(url)
    await gate.open()
    database = Database(gate.url, pool_size=3)
    await look(database, "a")
    await gate.shut()
    for _ in range(2):
        begin = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            await with_retries(lambda: look(database, "a"))
        assert time.monotonic() - begin < 2.5
    await gate.open()
    begin = time.monotonic()
    assert await look(database, "a") is False
    assert time.monotonic() - begin < 0.5
    await database.close()
    await gate.shut()


async def test_a_connection_cut_in_the_middle_is_an_outage_and_is_not_used_again(database: Database, url: str) -> None:
    async def unlucky() -> None:
        async with database.begin() as session:
            await driver_of(session)(FIND, {"id": "a"})
            cut_all(url)
            await driver_of(session)(FIND, {"id": "a"})

    with pytest.raises(psycopg.OperationalError) as cut:
        await unlucky()
    assert is_outage(cut.value)
    assert await known(database, "a") is False


async def test_a_pool_that_is_used_up_is_an_outage(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Database(url, pool_size=1)
    small.engine.sync_engine.pool._timeout = 0.1  # type: ignore[attr-defined]
    async with small.begin() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailable):
            await with_retries(lambda: known(small, "a"))
    await small.close()


async def test_two_who_lock_crosswise_both_come_through(database: Database) -> None:
    first, second = uuid4().hex, uuid4().hex
    await write(database, first)
    await write(database, second)
    tries: list[str] = []
    both_hold_one = asyncio.Barrier(2)

    async def lock_both(one: str, other: str) -> None:
        tries.append(one)
        async with database.begin() as session:
            await driver_of(session)(FIND + " FOR UPDATE", {"id": one})
            if len(tries) <= 2:
                await both_hold_one.wait()
            await driver_of(session)(FIND + " FOR UPDATE", {"id": other})

    pairs = [(first, second), (second, first)]
    await asyncio.gather(*[with_retries(lambda pair=pair: lock_both(*pair)) for pair in pairs])  # type: ignore[misc]
    assert len(tries) >= 3


async def test_a_database_that_cannot_search_chinese_is_refused(database: Database, url: str) -> None:
    await database.check()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE in_c TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    other = Database(url.rpartition("/")[0] + "/in_c")
    with pytest.raises(RuntimeError, match="locale is C"):
        await other.check()
    await other.close()


async def test_the_log_of_a_failed_statement_tells_no_values(database: Database) -> None:
    said = "三名员工的\n\n" + "经济补偿" * 30  # apart, for a traceback quotes the line that failed
    with pytest.raises(sqlalchemy.exc.IntegrityError) as caught:
        await write(database, said)
    event = {"exception": "".join(traceback.format_exception(caught.value))}
    logged = without_rows(None, "", event)["exception"]
    assert "note_short" in logged
    assert "INSERT INTO note" in logged
    assert "员工" not in logged
    assert "补偿" not in logged
