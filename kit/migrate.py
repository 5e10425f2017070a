"""`python -m services.<name> migrate`: bring its database to the newest revision. Run as a job, never at start-up."""

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from kit.db import Database, driver_url

ROLE_LIMITS = {
    "statement_timeout": "10s",
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "15s",
}


def _config(folder: Path, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", driver_url(url).replace("%", "%%"))
    return config


def upgrade(folder: Path, url: str) -> None:
    """Apply all revisions in `folder` and set the limits that every session of the role then has on this database."""
    command.upgrade(_config(folder, url), "head")
    engine = sqlalchemy.create_engine(driver_url(url))
    with engine.begin() as connection:
        database = connection.dialect.identifier_preparer.quote(str(connection.scalar(text("SELECT current_database()"))))
        for name, value in ROLE_LIMITS.items():
            connection.execute(text(f"ALTER ROLE CURRENT_USER IN DATABASE {database} SET {name} = '{value}'"))
    engine.dispose()


async def check_current(folder: Path, database: Database) -> None:
    """Raise unless the database stands at the newest revision that this code knows."""
    head = ScriptDirectory(str(folder)).get_current_head()
    async with database.read() as session:
        present = await session.scalar(text("SELECT version_num FROM alembic_version"))
    if present != head:
        raise RuntimeError(f"the database stands at revision {present}, this code needs {head}: run migrate")
