"""Working days in a table of our own, seeded from the library; what a newer table does to running clocks; terms of one's own; interim reports."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.calendar import library_tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CLOCKS = (
    "'TOTAL', 'TRIAGE', 'ACCEPT', 'CONTACT', 'CLASSIFY', 'HANDLE', 'PARK_REVIEW', 'RATING', 'LOOK_BACK', 'APPROVAL', "
    "'INFO', 'OPINION', 'ORDER', 'REPORT'"
)
SEEDED = "国务院办公厅关于{year}年部分节假日安排的通知"


def upgrade() -> None:
    tables = op.create_table(
        "calendar_table",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("loaded_by", sa.UUID(), nullable=True),
        sa.Column("loaded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2199", name=op.f("ck_calendar_table_year_within")),
        sa.CheckConstraint("char_length(btrim(notice)) BETWEEN 1 AND 200", name=op.f("ck_calendar_table_notice_length")),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_calendar_table")),
    )
    op.create_index("ix_calendar_table_year", "calendar_table", ["year", "revision"], unique=False)
    days = op.create_table(
        "calendar_day",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT works OR extract(isodow FROM day) >= 6", name=op.f("ck_calendar_day_made_up_on_weekends")),
        sa.ForeignKeyConstraint(
            ["revision"], ["calendar_table.revision"], name=op.f("fk_calendar_day_revision_calendar_table")
        ),
        sa.PrimaryKeyConstraint("revision", "day", name=op.f("pk_calendar_day")),
    )
    _seed(tables, days)
    op.add_column("demand_clock", sa.Column("day_off", sa.Boolean(), nullable=True))
    op.create_table(
        "clock_change",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("clock_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("old_due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("new_due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("old_provisional", sa.Boolean(), nullable=False),
        sa.Column("new_provisional", sa.Boolean(), nullable=False),
        sa.Column("day_off", sa.Boolean(), nullable=False),
        sa.Column("breach_lifted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["clock_id"], ["demand_clock.id"], name=op.f("fk_clock_change_clock_id_demand_clock")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_clock_change_demand_id_demand")),
        sa.ForeignKeyConstraint(
            ["demand_id", "sequence"],
            ["demand_event.demand_id", "demand_event.sequence"],
            name=op.f("fk_clock_change_demand_id_sequence_demand_event"),
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["calendar_table.revision"], name=op.f("fk_clock_change_revision_calendar_table")
        ),
        sa.PrimaryKeyConstraint("clock_id", "sequence", name=op.f("pk_clock_change")),
    )
    op.drop_constraint(op.f("ck_demand_clock_kind_known"), "demand_clock", type_="check")
    op.create_check_constraint(op.f("ck_demand_clock_kind_known"), "demand_clock", f"kind IN ({CLOCKS})")
    op.create_table(
        "term_rule",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(terms) = 'object'", name=op.f("ck_term_rule_terms_by_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_rule")),
        sa.UniqueConstraint("made_by", "request_id", name=op.f("uq_term_rule_made_by_request_id")),
    )


def _seed(tables: sa.Table, days: sa.Table) -> None:
    """The years that the library knows. Later years come by load-calendar or through the API."""
    loaded_at, known = datetime.now(UTC), library_tables()
    for number, year in enumerate(sorted(known), start=1):
        notice = SEEDED.format(year=year)
        named = {"revision": number, "year": year, "notice": notice, "loaded_by": None, "loaded_at": loaded_at}
        op.bulk_insert(tables, [named])
        op.bulk_insert(days, [{"revision": number, "day": day, "works": works} for day, works in known[year].items()])
