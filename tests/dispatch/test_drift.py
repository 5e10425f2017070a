"""What is written down twice stays the same: models and migrations, enums here and in the contract."""

from typing import Any

import psycopg
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from google.protobuf.message import Message

from kit import migrate
from kit.db import Database, driver_url
from services.dispatch import moves, rules
from services.dispatch.__main__ import MIGRATIONS
from services.dispatch.models import Base, Demand
from tests.conftest import MakeDatabase
from tests.dispatch.conftest import migrated

SCHEMA = """
SELECT conrelid::regclass::text AS of, conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT table_name, column_name, concat_ws(' ', data_type, udt_name, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT sequencename, '', data_type::text FROM pg_sequences
"""


def schema(url: str) -> set[tuple[str, str, str]]:
    with psycopg.connect(url) as connection:
        return {row for row in connection.execute(SCHEMA).fetchall() if row[0] != "alembic_version"}


def made_from_models(url: str) -> None:
    engine = sqlalchemy.create_engine(driver_url(url))
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE EXTENSION pg_trgm"))
        Base.metadata.create_all(connection)
    engine.dispose()


def test_models_and_migrations_say_the_same(make_database: MakeDatabase) -> None:
    url = make_database("dispatch", migrated)
    engine = sqlalchemy.create_engine(driver_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    # Alembic compares no check constraints and few properties of indexes; the database knows them all.
    assert schema(url) == schema(make_database("dispatch_models", made_from_models))


async def test_a_migrated_database_is_current(make_database: MakeDatabase) -> None:
    database = Database(make_database("dispatch", migrated))
    await migrate.check_current(MIGRATIONS, database)
    await database.check()
    await database.close()


def names(kind: Any, prefix: str) -> set[str]:
    return {name.removeprefix(f"{prefix}_") for name in kind.keys()} - {"UNSPECIFIED"}  # noqa: SIM118 - protobuf's own


def test_each_enum_has_the_names_of_the_contract() -> None:
    assert {str(state) for state in rules.State} == names(pb.State, "STATE")
    assert {str(clock) for clock in rules.Clock} == names(pb.ClockKind, "CLOCK_KIND")
    assert {str(kind) for kind in rules.Disposition} == names(pb.DispositionKind, "DISPOSITION_KIND")
    assert {str(kind) for kind in rules.ReplyKind} == names(pb.ReplyKind, "REPLY_KIND")
    assert {str(solved) for solved in rules.Solved} == names(pb.Solved, "SOLVED")
    assert {str(reason) for reason in rules.TriageReason} == names(pb.TriageReason, "TRIAGE_REASON")
    assert {str(party) for party in rules.Party} == names(pb.Party, "PARTY")
    assert {str(kind) for kind in rules.ApprovalKind} == names(pb.ApprovalKind, "APPROVAL_KIND")
    assert {str(state) for state in rules.ApprovalState} == names(pb.ApprovalState, "APPROVAL_STATE")
    assert {str(reason) for reason in rules.ReturnReason} == names(pb.ReturnReason, "RETURN_REASON")
    assert {str(origin) for origin in rules.LookBackOrigin} == names(pb.LookBackOrigin, "LOOK_BACK_ORIGIN")
    assert {str(outcome) for outcome in rules.LookBackOutcome} == names(pb.LookBackOutcome, "LOOK_BACK_OUTCOME")
    assert {str(level) for level in rules.OrderLevel} == names(pb.OrderLevel, "ORDER_LEVEL")


def test_every_column_of_a_demand_is_either_moved_or_the_enterprises_own() -> None:
    """A column that moves but is not in the timeline could not be rebuilt from it."""
    own = {"id", "serial", "kind", "category_code", "title", "body", "channel", "enterprise_id", "enterprise_name"}
    own |= {"designation_id", "area_code", "year", "submitted_by", "submitted_for_by_unit", "submitted_at"}
    own |= {"request_id", "request_hash", "subject_unit_code", "judicial", "linked_demand_id"}
    assert {column.name for column in Demand.__table__.columns} == own | set(moves.STATE_COLUMNS)
    assert not own & set(moves.STATE_COLUMNS)
    for name in moves.STATE_COLUMNS:
        assert name == "id" or f"{name} = r.{name}" in moves.UPDATE


def test_no_event_has_room_for_what_people_wrote() -> None:
    """The bus carries ids, enums, versions and times only."""
    allowed = {"demand_id", "serial", "enterprise_id", "lead_unit_code", "category_code"}
    allowed |= {"unit_code", "consultation_record_id", *(field.name for field in events_pb2.Audience.DESCRIPTOR.fields)}
    for descriptor in events_pb2.DESCRIPTOR.message_types_by_name.values():
        texts = {field.name for field in descriptor.fields if field.type in (field.TYPE_STRING, field.TYPE_BYTES)}
        assert texts <= allowed, descriptor.name
        assert issubclass(getattr(events_pb2, descriptor.name), Message)
