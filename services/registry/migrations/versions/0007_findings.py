"""What a survey came to, what is recommended, and the course of a year's demands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GUARDS = """
CREATE FUNCTION finding_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a survey came to is not changed' USING ERRCODE = '23514', CONSTRAINT = 'finding_stays';
END $$;
CREATE TRIGGER finding_stays BEFORE UPDATE OR DELETE ON survey_analysis
  FOR EACH STATEMENT EXECUTE FUNCTION finding_stays();
CREATE TRIGGER finding_stays BEFORE UPDATE OR DELETE ON survey_report
  FOR EACH STATEMENT EXECUTE FUNCTION finding_stays();

CREATE FUNCTION recommendation_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('DONE', 'DECLINED') THEN
    RAISE EXCEPTION 'a recommendation that is settled stays so'
      USING ERRCODE = '23514', CONSTRAINT = 'recommendation_settled';
  END IF;
  IF NEW.state = 'PROPOSED' AND OLD.state <> 'PROPOSED' OR NEW.state = 'DONE' AND OLD.state <> 'ADOPTED' THEN
    RAISE EXCEPTION 'a recommendation goes from % to no %', OLD.state, NEW.state
      USING ERRCODE = '23514', CONSTRAINT = 'recommendation_goes_on';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recommendation_goes_on BEFORE UPDATE ON recommendation
  FOR EACH ROW EXECUTE FUNCTION recommendation_goes_on();
"""


def upgrade() -> None:
    op.create_table(
        "survey_analysis",
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("results", postgresql.JSONB(), nullable=False),
        sa.Column("material", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_analysis_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_analysis")),
    )
    op.create_table(
        "survey_report",
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("advice", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey_analysis.survey_id"], name=op.f("fk_survey_report_survey_id_survey_analysis")
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_report")),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_unit", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('PROPOSED', 'ADOPTED', 'DONE', 'DECLINED')", name=op.f("ck_recommendation_state_known")
        ),
        sa.CheckConstraint("btrim(text) <> ''", name=op.f("ck_recommendation_says_something")),
        sa.CheckConstraint(
            "(state = 'DECLINED') = (btrim(decline_reason) <> '')", name=op.f("ck_recommendation_declined_with_reason")
        ),
        sa.CheckConstraint("(state = 'DONE') = (btrim(evidence) <> '')", name=op.f("ck_recommendation_done_with_evidence")),
        sa.CheckConstraint("(state = 'DONE') = (done_at IS NOT NULL)", name=op.f("ck_recommendation_done_since")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_recommendation_versioned")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey_analysis.survey_id"], name=op.f("fk_recommendation_survey_id_survey_analysis")
        ),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_recommendation_owner_unit_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index("ix_recommendation_survey", "recommendation", ["survey_id", "id"], unique=False)
    op.create_index("ix_recommendation_owner", "recommendation", ["owner_unit", "id"], unique=False)
    op.create_index(
        "ix_recommendation_due",
        "recommendation",
        ["due_on", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ADOPTED'"),
    )
    flags = ("dispatched", "accepted", "accepted_late", "replied", "replied_late")
    ends = ("returned", "closed", "reopened", "withdrawn")
    op.create_table(
        "demand_course",
        sa.Column("demand_id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("first_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in flags),
        sa.Column("satisfaction", sa.BigInteger(), nullable=True),
        sa.Column("rated_version", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ends),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_demand_course_five_marks")),
        sa.CheckConstraint("(satisfaction IS NULL) = (rated_version = 0)", name=op.f("ck_demand_course_rated")),
        sa.PrimaryKeyConstraint("demand_id", name=op.f("pk_demand_course")),
    )
    op.create_index("ix_demand_course_year", "demand_course", ["year", "category_code"], unique=False)
    op.execute(GUARDS)
