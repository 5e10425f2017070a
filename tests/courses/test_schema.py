"""What the code of courses believes of its tables and its contract is what they are."""

import inspect
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fahu.courses.v1.error_reason_pb2 import ErrorReason
from sqlalchemy import Connection

from kit import files
from kit.errors import ServiceError
from kit.sheets import errors as sheets
from services.courses import errors
from services.courses.models import Base
from tests.courses.conftest import World


async def test_the_migrations_make_what_the_models_say(world: World) -> None:
    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), Base.metadata)

    async with world.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_every_reason_stands_in_the_contract() -> None:
    found = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ServiceError)]
    shared = [one for module in (sheets, files) for _, one in inspect.getmembers(module, inspect.isclass)]
    lent = {one.reason for one in shared if issubclass(one, ServiceError)}
    declared = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()} - {"UNSPECIFIED"}  # noqa: SIM118
    assert {one.reason for one in found} - lent <= declared
    assert declared <= {one.reason for one in found} | lent
