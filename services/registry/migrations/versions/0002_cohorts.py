"""The life of a cohort, what each area shall have, nominations, and what becomes of a published liaison point."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# After the row's own checks, so that each of them is named where it is broken.
FROZEN = """
CREATE FUNCTION designation_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
    OR (OLD.id, OLD.year, OLD.enterprise_id, OLD.area_code, OLD.level, OLD.seat_no, OLD.created_at)
      IS DISTINCT FROM (NEW.id, NEW.year, NEW.enterprise_id, NEW.area_code, NEW.level, NEW.seat_no, NEW.created_at)
    OR (NOT OLD.active AND (OLD.active, OLD.withdrawn_at, OLD.withdrawn_by, OLD.withdrawn_reason)
      IS DISTINCT FROM (NEW.active, NEW.withdrawn_at, NEW.withdrawn_by, NEW.withdrawn_reason))
    OR (OLD.replaced_by IS NOT NULL AND OLD.replaced_by IS DISTINCT FROM NEW.replaced_by)
  THEN
    RAISE EXCEPTION 'a published liaison point is only ever withdrawn, and replaced'
      USING ERRCODE = '23514', CONSTRAINT = 'designation_frozen';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER designation_frozen AFTER UPDATE OR DELETE ON designation
  FOR EACH ROW EXECUTE FUNCTION designation_is_frozen();

CREATE FUNCTION designation_is_of_a_published_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM cohort WHERE year = NEW.year AND state = 'PUBLISHED') THEN
    RAISE EXCEPTION 'a liaison point is one of a published list'
      USING ERRCODE = '23514', CONSTRAINT = 'designation_published';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER designation_published AFTER INSERT ON designation
  FOR EACH ROW EXECUTE FUNCTION designation_is_of_a_published_list();

CREATE FUNCTION cohort_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (OLD.year, OLD.origin) IS DISTINCT FROM (NEW.year, NEW.origin)
    OR (OLD.state = 'PUBLISHED' AND NEW.state NOT IN ('PUBLISHED', 'CLOSED'))
    OR (OLD.state = 'CLOSED' AND NEW.state <> 'CLOSED')
  THEN
    RAISE EXCEPTION 'a published list stays published, and a closed one closed'
      USING ERRCODE = '23514', CONSTRAINT = 'cohort_forward';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER cohort_forward AFTER UPDATE OR DELETE ON cohort FOR EACH ROW EXECUTE FUNCTION cohort_goes_forward();
"""
# Whatever cohorts there are by now were imported, and have been in force since.
IMPORTED_SO_FAR = """
UPDATE cohort SET state = 'PUBLISHED', origin = 'IMPORTED', district_per_area = 3, version = 1,
  created_at = coalesce((SELECT min(d.created_at) FROM designation d WHERE d.year = cohort.year), now()),
  published_at = coalesce((SELECT min(d.created_at) FROM designation d WHERE d.year = cohort.year), now());
INSERT INTO cohort_area (year, area_code) SELECT cohort.year, area.code FROM cohort, area WHERE area.district_quota > 0;
"""


def upgrade() -> None:
    moment = postgresql.TIMESTAMP(timezone=True)
    for name, kind in (
        ("state", sa.Text()),
        ("origin", sa.Text()),
        ("district_per_area", sa.BigInteger()),
        ("recommend_by", sa.Date()),
        ("survey_waiver", sa.Text()),
        ("survey_waived_by", sa.UUID()),
        ("survey_waived_at", moment),
        ("version", sa.BigInteger()),
        ("created_at", moment),
        ("published_at", moment),
        ("closed_at", moment),
    ):
        op.add_column("cohort", sa.Column(name, kind, nullable=True))
    op.create_table(
        "cohort_area",
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("town_target", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("town_target >= 0", name=op.f("ck_cohort_area_target")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_cohort_area_area_code_area")),
        sa.ForeignKeyConstraint(["year"], ["cohort.year"], name=op.f("fk_cohort_area_year_cohort")),
        sa.PrimaryKeyConstraint("year", "area_code", name=op.f("pk_cohort_area")),
    )
    op.execute(IMPORTED_SO_FAR)
    for name in ("state", "origin", "district_per_area", "version", "created_at"):
        op.alter_column("cohort", name, nullable=False)
    states = "'PREPARING', 'SURVEYING', 'RECOMMENDING', 'REVIEWING', 'PUBLISHED', 'CLOSED'"
    for name, rule in (
        ("state_known", f"state IN ({states})"),
        ("origin_known", "origin IN ('IMPORTED', 'RUN')"),
        ("seats", "district_per_area BETWEEN 0 AND 3"),
        ("target", "target_total >= 0"),
        ("run_to_a_target", "origin = 'IMPORTED' OR target_total IS NOT NULL"),
        ("imported_published", "origin = 'RUN' OR state IN ('PUBLISHED', 'CLOSED')"),
        ("published_since", "(state IN ('PUBLISHED', 'CLOSED')) = (published_at IS NOT NULL)"),
        ("closed_since", "(state = 'CLOSED') = (closed_at IS NOT NULL)"),
        ("waiver_whole", "num_nulls(survey_waiver, survey_waived_by, survey_waived_at) IN (0, 3)"),
        ("waiver_reasoned", "btrim(survey_waiver) <> ''"),
    ):
        op.create_check_constraint(op.f(f"ck_cohort_{name}"), "cohort", rule)
    _nominations(moment)
    _designations(moment)
    op.execute(FROZEN)


def _nominations(moment: postgresql.TIMESTAMP) -> None:
    op.create_table(
        "nomination",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("nominator", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seat_no", sa.BigInteger(), nullable=True),
        sa.Column("suggested", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("submitted_at", moment, nullable=True),
        sa.Column("ended_by", sa.UUID(), nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("nominator IN ('AREA', 'CHAMBER')", name=op.f("ck_nomination_nominator_known")),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_nomination_level_known")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'SUBMITTED', 'ACCEPTED', 'REJECTED', 'WITHDRAWN')", name=op.f("ck_nomination_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'ACCEPTED' AND level = 'DISTRICT') = (seat_no IS NOT NULL)", name=op.f("ck_nomination_seated")
        ),
        sa.CheckConstraint("seat_no BETWEEN 1 AND 3", name=op.f("ck_nomination_three_seats")),
        sa.CheckConstraint(
            "state NOT IN ('SUBMITTED', 'ACCEPTED', 'REJECTED') OR submitted_at IS NOT NULL",
            name=op.f("ck_nomination_handed_in"),
        ),
        sa.CheckConstraint(
            "(state IN ('REJECTED', 'WITHDRAWN')) = (ended_reason IS NOT NULL)", name=op.f("ck_nomination_end_has_reason")
        ),
        sa.CheckConstraint("num_nulls(ended_by, ended_at, ended_reason) IN (0, 3)", name=op.f("ck_nomination_end_whole")),
        sa.ForeignKeyConstraint(
            ["enterprise_id", "year", "area_code"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_nomination_place",
        ),
        sa.ForeignKeyConstraint(
            ["year", "area_code"], ["cohort_area.year", "cohort_area.area_code"], name="fk_nomination_area"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
    )
    op.create_index(
        "uq_nomination_standing",
        "nomination",
        ["year", "enterprise_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('DRAFT', 'SUBMITTED', 'ACCEPTED')"),
    )
    op.create_index(
        "uq_nomination_seat",
        "nomination",
        ["year", "area_code", "seat_no"],
        unique=True,
        postgresql_where=sa.text("seat_no IS NOT NULL"),
    )
    op.create_index("ix_nomination_list", "nomination", ["year", "area_code", "id"], unique=False)


def _designations(moment: postgresql.TIMESTAMP) -> None:
    """Nothing withdrew a liaison point so far; one that was by hand gets a withdrawal that says so."""
    op.add_column("designation", sa.Column("withdrawn_at", moment, nullable=True))
    op.add_column("designation", sa.Column("withdrawn_by", sa.UUID(), nullable=True))
    op.add_column("designation", sa.Column("withdrawn_reason", sa.Text(), nullable=True))
    op.add_column("designation", sa.Column("replaced_by", sa.UUID(), nullable=True))
    op.execute(
        "UPDATE designation SET withdrawn_at = now(), withdrawn_by = '00000000-0000-0000-0000-000000000000',"
        " withdrawn_reason = '—' WHERE NOT active"
    )
    op.create_foreign_key(
        op.f("fk_designation_replaced_by_designation"), "designation", "designation", ["replaced_by"], ["id"]
    )
    op.create_unique_constraint(op.f("uq_designation_replaced_by"), "designation", ["replaced_by"])
    for name, rule in (
        ("active_until_withdrawn", "active = (withdrawn_at IS NULL)"),
        ("withdrawal_whole", "num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3)"),
        ("replaced_when_withdrawn", "replaced_by IS NULL OR NOT active"),
    ):
        op.create_check_constraint(op.f(f"ck_designation_{name}"), "designation", rule)
    op.create_index("ix_designation_list", "designation", ["year", "area_code", "id"], unique=False)
