"""Search by words, and lists and counts whose cost does not grow with the years."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.dispatch import words

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 2000
ROWS = """
SELECT id, serial, title, body, enterprise_id, submitted_for_by_unit, lead_unit_code, area_code, category_code
FROM demand WHERE id > :after ORDER BY id LIMIT :batch
"""
FILL = sa.text("INSERT INTO demand_search VALUES (:demand_id, :number, CAST(:words AS tsvector))")
NOTHING = "00000000-0000-0000-0000-000000000000"
KEEP_LEAD = """
CREATE FUNCTION demand_search_marks(unit text, number bigint) RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN ARRAY['@u' || unit, '@11:' || (number >> 11) || '@u' || unit, '@15:' || (number >> 15) || '@u' || unit];
CREATE FUNCTION demand_search_keep_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE demand_search SET words = ts_delete(words, demand_search_marks(OLD.lead_unit_code, number))
    || array_to_tsvector(demand_search_marks(NEW.lead_unit_code, number))
  WHERE demand_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER demand_search_lead AFTER UPDATE OF lead_unit_code ON demand FOR EACH ROW
WHEN (OLD.lead_unit_code IS DISTINCT FROM NEW.lead_unit_code) EXECUTE FUNCTION demand_search_keep_lead();
"""
# Category and lead go together: without knowing that, the planner takes a rare pair for a common one.
STATISTICS = "CREATE STATISTICS st_demand_category_lead (dependencies, mcv) ON category_code, lead_unit_code FROM demand"
REPLACED = ("ix_demand_enterprise_id", "ix_demand_lead_unit_code", "ix_demand_submitted_at", "ix_demand_text")
NARROWER = ["area_code", "category_code"]
ON_BEHALF = sa.text("submitted_for_by_unit <> ''")


def upgrade() -> None:
    op.create_table(
        "demand_search",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_demand_search_demand_id_demand")),
        sa.PrimaryKeyConstraint("demand_id", name=op.f("pk_demand_search")),
    )
    backfill(op.get_bind())
    op.create_index(
        "ix_demand_search_words",
        "demand_search",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )
    op.execute(KEEP_LEAD)
    op.execute(STATISTICS)
    for name in REPLACED:
        op.drop_index(name, "demand")
    _index("ix_demand_enterprise_id", "enterprise_id", "id", postgresql_include=NARROWER)
    _index("ix_demand_enterprise_state", "enterprise_id", "state", "id", postgresql_include=NARROWER)
    _index("ix_demand_lead_unit_code", "lead_unit_code", "id", postgresql_include=NARROWER)
    _index("ix_demand_lead_unit_state", "lead_unit_code", "state", "id", postgresql_include=NARROWER)
    _index("ix_demand_area_code", "area_code", "id")
    _index("ix_demand_area_state", "area_code", "state", "id")
    _index("ix_demand_category_code", "category_code", "id")
    _index("ix_demand_category_state", "category_code", "lead_unit_code", "state", "id")
    _index("ix_demand_for_unit_state", "submitted_for_by_unit", "state", "id", postgresql_where=ON_BEHALF)
    running = sa.text("stopped_at IS NULL")
    op.create_index("ix_demand_clock_running_due", "demand_clock", ["due_at", "demand_id"], postgresql_where=running)


def _index(name: str, *columns: str, **options: Any) -> None:
    op.create_index(name, "demand", list(columns), **options)


def backfill(connection: sa.Connection) -> None:
    """Find the words of the demands that are there."""
    after: object = NOTHING
    while found := connection.execute(sa.text(ROWS), {"after": after, "batch": BATCH}).mappings().all():
        rows = [words.search_row(dict(row)) for row in found]
        connection.execute(FILL, rows)
        after = found[-1]["id"]
