"""Plaques: one that is worth something for each liaison point, its texts frozen, its life one way."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FROZEN = """
CREATE FUNCTION plaque_keeps_its_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'plaques are never deleted' USING ERRCODE = '23514', CONSTRAINT = 'plaque_kept';
  END IF;
  IF ROW(NEW.id, NEW.designation_id, NEW.year, NEW.number, NEW.serial, NEW.token, NEW.wording, NEW.enterprise_name,
         NEW.area_name, NEW.awarded_by, NEW.made_on, NEW.replaces)
     IS DISTINCT FROM
     ROW(OLD.id, OLD.designation_id, OLD.year, OLD.number, OLD.serial, OLD.token, OLD.wording, OLD.enterprise_name,
         OLD.area_name, OLD.awarded_by, OLD.made_on, OLD.replaces) THEN
    RAISE EXCEPTION 'what stands on a plaque never changes' USING ERRCODE = '23514', CONSTRAINT = 'plaque_frozen';
  END IF;
  IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
     (('MADE', 'ISSUED'), ('MADE', 'LOST'), ('ISSUED', 'RETURNED'), ('ISSUED', 'LOST')) THEN
    RAISE EXCEPTION 'a plaque that is % does not become %', OLD.state, NEW.state
      USING ERRCODE = '23514', CONSTRAINT = 'plaque_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER plaque_frozen BEFORE UPDATE OR DELETE ON plaque
  FOR EACH ROW EXECUTE FUNCTION plaque_keeps_its_text();
CREATE TRIGGER plaque_kept BEFORE TRUNCATE ON plaque
  FOR EACH STATEMENT EXECUTE FUNCTION plaque_keeps_its_text();
"""


def upgrade() -> None:
    op.create_unique_constraint("uq_designation_id_year", "designation", ["id", "year"])
    op.create_table(
        "plaque",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("area_name", sa.Text(), nullable=False),
        sa.Column("awarded_by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("replaces", sa.UUID(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.UUID(), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('MADE', 'ISSUED', 'RETURNED', 'LOST')", name=op.f("ck_plaque_state_known")),
        sa.CheckConstraint("number > 0", name=op.f("ck_plaque_numbered")),
        sa.CheckConstraint("length(token) >= 22", name=op.f("ck_plaque_unguessable")),
        sa.CheckConstraint("wording LIKE '%_法治化营商环境联系点'", name=op.f("ck_plaque_worded")),
        sa.CheckConstraint("btrim(enterprise_name) <> '' AND btrim(area_name) <> ''", name=op.f("ck_plaque_named")),
        sa.CheckConstraint("(issued_on IS NULL) = (issued_by IS NULL)", name=op.f("ck_plaque_issued_by_somebody")),
        sa.CheckConstraint(
            "state NOT IN ('ISSUED', 'RETURNED') OR issued_on IS NOT NULL", name=op.f("ck_plaque_issued_on_a_day")
        ),
        sa.CheckConstraint("state <> 'MADE' OR issued_on IS NULL", name=op.f("ck_plaque_made_not_issued")),
        sa.CheckConstraint("(state IN ('RETURNED', 'LOST')) = (ended_at IS NOT NULL)", name=op.f("ck_plaque_ended_once")),
        sa.CheckConstraint("replaces <> id", name=op.f("ck_plaque_another")),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_plaque_issued_by_person")),
        sa.ForeignKeyConstraint(["designation_id", "year"], ["designation.id", "designation.year"], name="fk_plaque_point"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plaque")),
        sa.UniqueConstraint("id", "designation_id", name=op.f("uq_plaque_id_designation_id")),
        sa.UniqueConstraint("replaces", name=op.f("uq_plaque_replaces")),
        sa.UniqueConstraint("serial", name=op.f("uq_plaque_serial")),
        sa.UniqueConstraint("token", name=op.f("uq_plaque_token")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_plaque_year_number")),
    )
    op.create_foreign_key(
        "fk_plaque_predecessor", "plaque", "plaque", ["replaces", "designation_id"], ["id", "designation_id"]
    )
    op.create_index(
        "uq_plaque_live",
        "plaque",
        ["designation_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('MADE', 'ISSUED')"),
    )
    op.create_index(
        "uq_plaque_first", "plaque", ["designation_id"], unique=True, postgresql_where=sa.text("replaces IS NULL")
    )
    op.execute(FROZEN)
