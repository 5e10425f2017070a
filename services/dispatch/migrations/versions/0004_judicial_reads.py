"""Who read what lies before a court or a procuratorate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FROZEN = """
CREATE FUNCTION judicial_read_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'reads are only ever added' USING ERRCODE = '23514', CONSTRAINT = 'judicial_read_frozen';
END $$;
CREATE TRIGGER judicial_read_frozen BEFORE UPDATE OR DELETE ON judicial_read
FOR EACH ROW EXECUTE FUNCTION judicial_read_frozen();
CREATE TRIGGER judicial_read_kept BEFORE TRUNCATE ON judicial_read
FOR EACH STATEMENT EXECUTE FUNCTION judicial_read_frozen();
"""


def upgrade() -> None:
    op.create_table(
        "judicial_read",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('DEMAND', 'TIMELINE', 'FILES', 'CONTENT')", name=op.f("ck_judicial_read_kind_known")),
        sa.ForeignKeyConstraint(["demand_id"], ["demand.id"], name=op.f("fk_judicial_read_demand_id_demand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judicial_read")),
    )
    op.create_index("ix_judicial_read_demand_id", "judicial_read", ["demand_id", "id"], unique=False)
    op.execute(FROZEN)
