"""PostgreSQL through SQLAlchemy and psycopg: the ways to open a transaction, and what counts as a lost connection.

The edge opens the transaction; nothing below commits. Events added on the way are written with it (kit.events.outbox). A
path where every 0.1 ms counts may instead write all it has to write in one statement, a transaction of its own: `direct`.
"""

import select
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import AsyncConnectionPool, PoolClosed
from psycopg_pool import PoolTimeout as DirectPoolTimeout
from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from kit.errors import DatabaseUnavailable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
RETRIES = 3
T = TypeVar("T")
BeforeCommit = Callable[[AsyncSession], Awaitable[None]]
Committed = Callable[[Sequence[Any]], None]
# Runs one statement with psycopg's placeholders, %(name)s, and returns its rows.
Run = Callable[[LiteralString, Mapping[str, Any]], Awaitable[list[TupleRow]]]
WRITTEN = "outbox_written"


def new_metadata() -> MetaData:
    """Metadata whose constraint names are the same on every machine, so that migrations can name them."""
    return MetaData(naming_convention=NAMING)


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy wants it for psycopg."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


class Database:
    """One service's database. `before_commit` belongs to the outbox; `committed` hands what it wrote to the relay."""

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self.engine: AsyncEngine = create_async_engine(
            driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_recycle=1800,
            hide_parameters=True,  # errors are logged whole, and what people write is no matter for logs
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_cut)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(autocommit, expire_on_commit=False)
        self._direct = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=pool_size,
            open=False,
            timeout=2,
            max_lifetime=1800,
            reconnect_timeout=0,  # who comes next tries again; backing off would outlast the outage by minutes
            kwargs={"autocommit": True},
        )
        self.before_commit: BeforeCommit | None = None
        self.committed: Committed = lambda _rows: None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """Open the one transaction of a request or message; commit when the block ends well."""
        async with self._sessions() as session:
            async with session.begin():
                yield session
                if self.before_commit:
                    await self.before_commit(session)
            if rows := session.info.pop(WRITTEN, ()):
                self.committed(rows)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reads that decide nothing; each statement stands alone, which saves two round trips."""
        async with self._readers() as session:
            yield session

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[Run]:
        """Lend a connection of the driver itself, on which each statement is a transaction of its own."""
        if self._direct.closed:
            await self._direct.open()
        connection = await self._lend()

        async def run(query: LiteralString, params: Mapping[str, Any]) -> list[TupleRow]:
            cursor = await connection.execute(query, params)
            return await cursor.fetchall() if cursor.description else []

        try:
            yield run
        finally:
            await self._direct.putconn(connection)

    async def _lend(self) -> psycopg.AsyncConnection[TupleRow]:
        """A connection of the pool that is still one; its own check would wait a second after each that is not."""
        connection = await self._direct.getconn()
        while _is_cut(connection):
            await connection.close()
            await self._direct.putconn(connection)
            connection = await self._direct.getconn()
        return connection

    async def check(self) -> None:
        """Raise unless the database answers and compares text as UTF-8; trigram search finds nothing under locale C."""
        async with self.read() as session:
            locale = await session.scalar(
                text("SELECT COALESCE(datlocale, datctype) FROM pg_database WHERE datname = current_database()")
            )
        if "UTF-8" not in str(locale).upper().replace("UTF8", "UTF-8"):
            raise RuntimeError(f"the database's locale is {locale}; it must be a UTF-8 one such as C.UTF-8")

    async def close(self) -> None:
        await self._direct.close()
        await self.engine.dispose()


def _is_cut(connection: psycopg.AsyncConnection[Any]) -> bool:
    """True if the server closed a connection that lay idle.

    The kernel knows it already: an idle connection has nothing to read but its own end. That costs 2 µs, asking the
    server a round trip.
    """
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    return bool(idle.poll(0))


def _refuse_cut(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have SQLAlchemy's pool replace a connection that was cut."""
    if _is_cut(connection.driver_connection):
        raise DisconnectionError("the server closed this connection")


def driver_of(session: AsyncSession) -> Run:
    """The driver beneath a session, in the session's own transaction."""

    async def run(query: LiteralString, params: Mapping[str, Any]) -> list[TupleRow]:
        connection = await session.connection()
        raw = await connection.get_raw_connection()
        driver: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]
        try:
            async with driver.cursor(row_factory=tuple_row) as cursor:
                await cursor.execute(query, params)
                return await cursor.fetchall() if cursor.description else []
        except psycopg.OperationalError:
            if driver.closed:
                await connection.invalidate()
            raise

    return run


def constraint_of(error: Exception) -> str:
    """Name of the constraint that a failed statement broke; empty if it failed otherwise."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return (original.diag.constraint_name or "") if isinstance(original, psycopg.Error) else ""


def is_conflict(error: BaseException) -> bool:
    """True for a serialisation failure or deadlock: nothing happened, the whole unit may run again."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(original, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected)


def is_outage(error: BaseException) -> bool:
    """True if the database is away, busy beyond its limits, or cut the connection."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, PoolTimeout | DirectPoolTimeout | PoolClosed | InterfaceError) or isinstance(
        original, psycopg.InterfaceError
    ):
        return True
    return isinstance(error, OperationalError) or isinstance(original, psycopg.OperationalError)


async def with_retries(unit: Callable[[], Awaitable[T]]) -> T:
    """Run a unit of work that opens its own transaction; again after a conflict, at most three times in all."""
    for attempt in range(RETRIES):
        try:
            return await unit()
        except Exception as error:
            if is_conflict(error) and attempt + 1 < RETRIES:
                continue
            if is_outage(error):
                raise DatabaseUnavailable from error
            raise
    raise AssertionError("unreachable")
