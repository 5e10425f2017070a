"""Search by words, and lists and counts whose cost does not grow with the years.

The words of the demands that are there already are found by the service itself, the oldest first.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# A unit that comes to see a demand gets its marks, and keeps them: they may tell of too many, never of too few. Where the
# words are not there yet, the row waits for them with these marks: whichever comes second adds to the first.
KEEP_MARKS = """
CREATE FUNCTION demand_search_mark(demand uuid, serial text, unit text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  running bigint := split_part(serial, '-', 2)::bigint;
BEGIN
  INSERT INTO demand_search AS s (demand_id, number, words, complete)
  VALUES (demand, running, array_to_tsvector(
    ARRAY['@u' || unit, '@11:' || (running >> 11) || '@u' || unit, '@15:' || (running >> 15) || '@u' || unit]), false)
  ON CONFLICT (demand_id) DO UPDATE SET words = s.words || excluded.words;
END $$;
CREATE FUNCTION demand_search_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM demand_search_mark(NEW.id, NEW.serial, NEW.lead_unit_code);
  RETURN NULL;
END $$;
CREATE TRIGGER demand_search_lead AFTER UPDATE OF lead_unit_code ON demand FOR EACH ROW
WHEN (NEW.lead_unit_code <> '' AND OLD.lead_unit_code <> NEW.lead_unit_code) EXECUTE FUNCTION demand_search_lead();
CREATE FUNCTION demand_search_co_handler() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM demand_search_mark(d.id, d.serial, NEW.unit_code) FROM demand d WHERE d.id = NEW.demand_id;
  RETURN NULL;
END $$;
CREATE TRIGGER demand_search_co_handler AFTER INSERT ON demand_co_handler FOR EACH ROW
EXECUTE FUNCTION demand_search_co_handler();
"""
# Category and lead go together: without knowing that, the planner takes a rare pair for a common one.
STATISTICS = "CREATE STATISTICS st_demand_category_lead (dependencies, mcv) ON category_code, lead_unit_code FROM demand"
REPLACED = ("ix_demand_state", "ix_demand_enterprise_id", "ix_demand_lead_unit_code", "ix_demand_text", "ix_demand_for_unit")
SEEN = ["subject_unit_code"]
NARROWER = ["area_code", "category_code", *SEEN]
BESIDE = [*NARROWER, "lead_unit_code"]
WHOSE = ["shielded", "submitted_for_by_unit"]
ON_BEHALF = sa.text("submitted_for_by_unit <> ''")


def upgrade() -> None:
    op.create_table(
        "demand_search",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("demand_id", name=op.f("pk_demand_search")),
    )
    op.create_index(
        "ix_demand_search_words",
        "demand_search",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )
    op.execute(KEEP_MARKS)
    op.execute(STATISTICS)
    for name in REPLACED:
        op.drop_index(name, "demand")
    _index("ix_demand_state", "state", "id", postgresql_include=[*SEEN, "submitted_at"])
    _index("ix_demand_enterprise_id", "enterprise_id", "id", postgresql_include=BESIDE)
    _index("ix_demand_enterprise_state", "enterprise_id", "state", "id", postgresql_include=BESIDE)
    led = [*NARROWER, "submitted_at", *WHOSE]
    _index("ix_demand_lead_unit_code", "lead_unit_code", "id", postgresql_include=[*NARROWER, *WHOSE])
    _index("ix_demand_lead_unit_state", "lead_unit_code", "state", "id", postgresql_include=led)
    _index("ix_demand_area_code", "area_code", "id")
    of_area = ["category_code", "lead_unit_code", *SEEN, *WHOSE]
    _index("ix_demand_area_state", "area_code", "state", "id", postgresql_include=of_area)
    _index("ix_demand_category_code", "category_code", "id")
    pair = "category_code", "lead_unit_code", "state", "id"
    _index("ix_demand_category_state", *pair, postgresql_include=["area_code", *SEEN, *WHOSE])
    behalf = {"postgresql_include": BESIDE, "postgresql_where": ON_BEHALF}
    _index("ix_demand_for_unit", "submitted_for_by_unit", "id", **behalf)
    _index("ix_demand_for_unit_state", "submitted_for_by_unit", "state", "id", **behalf)
    running = sa.text("stopped_at IS NULL")
    op.create_index("ix_demand_clock_running_due", "demand_clock", ["due_at", "demand_id"], postgresql_where=running)


def _index(name: str, *columns: str, **options: Any) -> None:
    op.create_index(name, "demand", list(columns), **options)
