"""Bringing a database to the newest revision: once, again without harm, and never unnoticed when forgotten."""

from pathlib import Path

import psycopg
import pytest

from kit import migrate
from kit.db import Database
from tests.conftest import MakeDatabase

ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
from alembic import op
revision, down_revision = "{revision}", {before}
def upgrade():
    op.execute("CREATE TABLE step_{revision} (id int)")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of migrations, its name with a character that configuration files take for their own."""
    folder = tmp_path / "100%" / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    add(folder, "0001", None)
    return folder


def add(folder: Path, revision: str, before: str | None) -> None:
    (folder / "versions" / f"{revision}.py").write_text(REVISION.format(revision=revision, before=repr(before)))


@pytest.fixture
def url(make_database: MakeDatabase) -> str:
    return make_database("blank", lambda _url: None)


def tables(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT relname FROM pg_class WHERE relname LIKE 'step%' ORDER BY 1").fetchall()
    return [name for (name,) in found]


def test_it_goes_step_by_step_and_can_be_run_again(folder: Path, url: str) -> None:
    migrate.upgrade(folder, url)
    migrate.upgrade(folder, url)
    assert tables(url) == ["step_0001"]
    add(folder, "0002", "0001")
    migrate.upgrade(folder, url)
    assert tables(url) == ["step_0001", "step_0002"]


def test_every_session_has_limits_afterwards(folder: Path, url: str) -> None:
    migrate.upgrade(folder, url)
    with psycopg.connect(url) as connection:
        for name, value in migrate.ROLE_LIMITS.items():
            assert connection.execute(f"SHOW {name}".encode()).fetchone() == (value,)


async def test_a_database_that_is_behind_is_noticed(folder: Path, url: str) -> None:
    database = Database(url)
    with pytest.raises(Exception, match="alembic_version"):
        await migrate.check_current(folder, database)
    migrate.upgrade(folder, url)
    await migrate.check_current(folder, database)
    add(folder, "0002", "0001")
    with pytest.raises(RuntimeError, match="stands at revision 0001, this code needs 0002"):
        await migrate.check_current(folder, database)
    await database.close()
