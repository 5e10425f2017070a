"""What the database itself holds: the models' tables, its constraints, nothing readable about people, an unbroken audit."""

import asyncio
import inspect
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1.error_reason_pb2 import ErrorReason
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit.crypto import Keyring
from kit.db import constraint_of
from kit.errors import ServiceError
from kit.sheets import errors as sheets
from services.registry import commands, errors
from services.registry.models import Base, Person
from services.registry.personal import PersonalData
from services.registry.service import audit
from services.registry.service.audit import OPERATOR
from services.registry.service.people import StaffDraft
from tests.registry.conftest import KEYRING_TEXT, World
from tests.registry.files import FENGJING, line

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def fill(world: World) -> None:
    """One contact who has signed in and one member of staff with a console sign-in."""
    await world.import_lines(line(1, level="区级", contact="张三丰", phone="13800000001"), line(2))
    roles = frozenset({int(Role.ROLE_CENTRE_LEAD)})
    await world.staff(StaffDraft("centre", roles, "王综治", "13900000001", "wang", "a hash", SECRET))
    sign_in = accounts_pb.SignInWithWechatRequest(openid="oABCDEF123456", phone="13800000001")
    await world.accounts().SignInWithWechat(sign_in)


async def test_the_migrations_make_what_the_models_say(world: World) -> None:
    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), Base.metadata)

    async with world.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_every_reason_stands_in_the_contract() -> None:
    found = [one for _, one in inspect.getmembers(errors, inspect.isclass) if one.__module__.startswith(errors.__name__)]
    found += [one for _, one in inspect.getmembers(sheets, inspect.isclass) if one.__module__ == sheets.__name__]
    refusals = [one for one in found if issubclass(one, ServiceError)]
    declared = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()} - {"UNSPECIFIED"}  # noqa: SIM118
    assert {one.reason for one in refusals} == declared


async def test_no_personal_data_is_readable_in_any_table(world: World) -> None:
    await fill(world)
    for table in Base.metadata.sorted_tables:
        held = " ".join(str(row) for row in await world.rows(f'SELECT "{table.name}"::text FROM "{table.name}"'))
        for secret in ("张三丰", "王综治", "13800000001", "13900000001", "oABCDEF123456", SECRET):
            assert secret not in held, table.name
            assert secret.encode().hex() not in held, table.name


async def test_a_value_copied_to_another_row_does_not_open(world: World) -> None:
    await fill(world)
    first, second = await world.rows("SELECT id, name FROM person ORDER BY id")
    with pytest.raises(Exception, match="altered or is not of this row"):
        world.personal.open(Person.name, first.id, second.name)


async def test_a_key_change_moves_every_column_and_all_is_found_again(world: World) -> None:
    await fill(world)
    renewed = PersonalData(Keyring.parse(Keyring.generate(KEYRING_TEXT)))
    told = await commands.rotate_keys(world.database, renewed)
    assert told == "6 values moved to key k2"  # two names, two numbers, one openid, one TOTP secret
    assert await commands.rotate_keys(world.database, renewed) == "0 values moved to key k2"
    people = await world.rows("SELECT id, name, phone, phone_index FROM person")
    assert {renewed.open(Person.name, row.id, row.name) for row in people} == {"张三丰", "王综治"}
    assert renewed.phone_index("13800000001") in {row.phone_index for row in people}


BROKEN = {
    "two names at once": (
        "INSERT INTO area_name VALUES ('310116101', '又一个名字', '[2026-01-01,2027-01-01)')",
        "ex_area_name_one_at_a_time",
    ),
    "one name for two areas": (
        "UPDATE area_name SET name = '朱泾镇' WHERE area_code = '310116102'",
        "ex_area_name_one_bearer",
    ),
    "a short code": ("UPDATE enterprise SET uscc = '9131'", "ck_enterprise_uscc_length"),
    "a second designation": (
        "INSERT INTO designation SELECT gen_random_uuid(), year, enterprise_id, area_code, 'TOWN', NULL, true, 1, now()"
        " FROM designation LIMIT 1",
        "uq_designation_enterprise",
    ),
    "a seat taken twice": (
        "UPDATE designation SET level = 'DISTRICT', seat_no = 1 WHERE seat_no IS NULL",
        "uq_designation_seat",
    ),
    "a fourth seat": ("UPDATE designation SET seat_no = 4 WHERE seat_no IS NOT NULL", "ck_designation_three_seats"),
    "a district point without a seat": ("UPDATE designation SET level = 'DISTRICT'", "ck_designation_district_has_seat"),
    "another area than the enterprise's": (
        f"UPDATE designation SET area_code = '{FENGJING}'",
        "fk_designation_place",
    ),
    "a second contact": (
        "INSERT INTO liaison SELECT gen_random_uuid(), enterprise_id, person_id, now(), '' FROM liaison",
        "uq_liaison_",
    ),
    "a contact who ended without a reason": ("UPDATE liaison SET ended_at = now()", "ck_liaison_end_has_reason"),
    "a number twice": (
        "INSERT INTO person SELECT gen_random_uuid(), name, phone, phone_index, NULL, NULL, true, now() FROM person LIMIT 1",
        "uq_person_phone_index",
    ),
    "a contact's role for staff": ("UPDATE staff_account SET roles = '{1,2}'", "ck_staff_account_staff_roles"),
    "a password without a second factor": (
        "UPDATE staff_account SET totp_secret = NULL",
        "ck_staff_account_console_sign_in",
    ),
    "two contacts of a unit": (
        "INSERT INTO unit_duty SELECT gen_random_uuid(), 'centre', 'CONTACT', person_id, now()"
        " FROM staff_account, generate_series(1, 2)",
        "uq_unit_duty_holder",
    ),
}


async def test_the_database_refuses_what_must_never_be(world: World) -> None:
    await fill(world)
    for case, (statement, constraint) in BROKEN.items():
        with pytest.raises(IntegrityError) as caught:
            await world.change(statement)
        assert constraint_of(caught.value).startswith(constraint), case


@pytest.mark.parametrize("statement", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_audit_is_only_ever_added_to(world: World, statement: str) -> None:
    await fill(world)
    with pytest.raises(DBAPIError, match="only ever added to"):
        await world.change(statement)


async def test_the_audit_is_a_chain_and_tampering_shows(world: World) -> None:
    await fill(world)
    rows = (await world.rows("SELECT count(*) FROM audit"))[0][0]
    assert await commands.check_audit(world.database, world.personal) == f"{rows} rows of the audit fit together"
    async with world.database.begin() as session:
        await session.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        await session.execute(text("UPDATE audit SET actor = 'somebody else' WHERE position = 2"))
    with pytest.raises(SystemExit, match="row 2"):
        await commands.check_audit(world.database, world.personal)


async def test_a_row_taken_out_of_the_audit_shows(world: World) -> None:
    await fill(world)
    async with world.database.begin() as session:
        await session.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_append_only"))
        await session.execute(text("DELETE FROM audit WHERE position = 2"))
    with pytest.raises(SystemExit, match="row 3"):
        await commands.check_audit(world.database, world.personal)


async def test_audits_at_once_stay_one_chain(world: World) -> None:
    async def add(number: int) -> None:
        async with world.database.begin() as session:
            await audit.record(session, OPERATOR, "TEST", f"test/{number}", datetime.now(UTC))

    await asyncio.gather(*[add(number) for number in range(20)])
    assert (await commands.check_audit(world.database, world.personal)).startswith("21 rows")
