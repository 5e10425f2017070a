"""Surveys: questionnaires, who is asked, and what they answered, by name and as nobody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A survey goes on step by step and never back; a questionnaire that was answered stays; answers are taken while the survey is
# open, and whoever closes it waits for those that are on their way; what nobody's parts B say is never changed.
GUARDS = """
CREATE FUNCTION survey_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE states text[] := ARRAY['DRAFT', 'OPEN', 'CLOSED', 'ANALYSED', 'REPORTED'];
BEGIN
  IF array_position(states, NEW.state) - array_position(states, OLD.state) NOT IN (0, 1) THEN
    RAISE EXCEPTION 'a survey goes from % to no %', OLD.state, NEW.state
      USING ERRCODE = '23514', CONSTRAINT = 'survey_goes_on';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER survey_goes_on BEFORE UPDATE ON survey FOR EACH ROW EXECUTE FUNCTION survey_goes_on();

CREATE FUNCTION questionnaire_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.frozen_at IS NOT NULL THEN
    RAISE EXCEPTION 'a questionnaire that was answered stays as it is'
      USING ERRCODE = '23514', CONSTRAINT = 'questionnaire_frozen';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER questionnaire_stays BEFORE UPDATE OR DELETE ON questionnaire_version
  FOR EACH ROW EXECUTE FUNCTION questionnaire_stays();

CREATE FUNCTION survey_takes_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM survey WHERE id = NEW.survey_id AND state = 'OPEN' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the survey takes no answers' USING ERRCODE = '23514', CONSTRAINT = 'survey_open';
  END IF;
  UPDATE questionnaire_version SET frozen_at = now() WHERE survey_id = NEW.survey_id AND frozen_at IS NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER survey_takes_answer BEFORE INSERT OR UPDATE ON survey_response
  FOR EACH ROW EXECUTE FUNCTION survey_takes_answer();
CREATE TRIGGER survey_takes_answer BEFORE INSERT ON sealed_answer
  FOR EACH ROW EXECUTE FUNCTION survey_takes_answer();

CREATE FUNCTION anonymous_answer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what nobody said is not changed' USING ERRCODE = '23514', CONSTRAINT = 'anonymous_answer_stays';
END $$;
CREATE TRIGGER anonymous_answer_stays BEFORE UPDATE OR DELETE ON anonymous_answer
  FOR EACH STATEMENT EXECUTE FUNCTION anonymous_answer_stays();
"""


def upgrade() -> None:
    op.add_column("enterprise_year", sa.Column("above_scale", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("enterprise_year", sa.Column("industry", sa.Text(), nullable=True))
    op.create_check_constraint("industry_letter", "enterprise_year", "industry ~ '^[A-T]$'")
    op.create_index(
        "ix_enterprise_year_census",
        "enterprise_year",
        ["year", "area_code", "enterprise_id"],
        unique=False,
        postgresql_where=sa.text("above_scale"),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("valid_min_percent", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("analysed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reported_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'DRAFT') = (opened_at IS NULL)", name=op.f("ck_survey_open_since")),
        sa.CheckConstraint("(state = 'REPORTED') = (reported_at IS NOT NULL)", name=op.f("ck_survey_reported_since")),
        sa.CheckConstraint(
            "(state IN ('ANALYSED', 'REPORTED')) = (analysed_at IS NOT NULL)", name=op.f("ck_survey_analysed_since")
        ),
        sa.CheckConstraint("(state IN ('DRAFT', 'OPEN')) = (closed_at IS NULL)", name=op.f("ck_survey_closed_since")),
        sa.CheckConstraint("audience IN ('CENSUS', 'LIAISON_POINTS')", name=op.f("ck_survey_audience_known")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_survey_titled")),
        sa.CheckConstraint("kind <> 'ANNUAL' OR audience = 'CENSUS'", name=op.f("ck_survey_annual_is_a_census")),
        sa.CheckConstraint("kind IN ('ANNUAL', 'OTHER')", name=op.f("ck_survey_kind_known")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'OPEN', 'CLOSED', 'ANALYSED', 'REPORTED')", name=op.f("ck_survey_state_known")
        ),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_survey_period")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_survey_days")),
        sa.CheckConstraint("valid_min_percent BETWEEN 0 AND 100", name=op.f("ck_survey_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("id", "year", name=op.f("uq_survey_id_year")),
    )
    op.create_index("ix_survey_year", "survey", ["year", "id"], unique=False)
    op.create_index("uq_survey_annual", "survey", ["year"], unique=True, postgresql_where=sa.text("kind = 'ANNUAL'"))
    op.create_table(
        "questionnaire_version",
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("part_a", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("part_b", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("frozen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_questionnaire_version_numbered")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_questionnaire_version_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", "number", name=op.f("pk_questionnaire_version")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_number", sa.BigInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("reminded_1_on", sa.Date(), nullable=True),
        sa.Column("reminded_2_on", sa.Date(), nullable=True),
        sa.Column("reminded_3_on", sa.Date(), nullable=True),
        sa.Column("part_b_given", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(token_hash) = 32", name=op.f("ck_invitation_hashed")),
        sa.CheckConstraint("link_number >= 1", name=op.f("ck_invitation_link_numbered")),
        sa.CheckConstraint("reminded_1_on >= sent_on", name=op.f("ck_invitation_first_reminder")),
        sa.CheckConstraint("reminded_2_on - reminded_1_on >= 3", name=op.f("ck_invitation_second_reminder")),
        sa.CheckConstraint(
            "reminded_2_on IS NULL OR reminded_1_on IS NOT NULL", name=op.f("ck_invitation_second_after_first")
        ),
        sa.CheckConstraint("reminded_3_on - reminded_2_on >= 3", name=op.f("ck_invitation_third_reminder")),
        sa.CheckConstraint(
            "reminded_3_on IS NULL OR reminded_2_on IS NOT NULL", name=op.f("ck_invitation_third_after_second")
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id", "year", "area_code"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_invitation_place",
        ),
        sa.ForeignKeyConstraint(["survey_id", "year"], ["survey.id", "survey.year"], name="fk_invitation_survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("id", "survey_id", name=op.f("uq_invitation_id_survey_id")),
        sa.UniqueConstraint("survey_id", "enterprise_id", name=op.f("uq_invitation_survey_id_enterprise_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index("ix_invitation_area", "invitation", ["survey_id", "area_code", "enterprise_id"], unique=False)
    op.create_table(
        "survey_response",
        sa.Column("invitation_id", sa.UUID(), nullable=False),
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("questionnaire_number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_percent", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("consented_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("submitted_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'SUBMITTED') = (submitted_at IS NOT NULL)", name=op.f("ck_survey_response_submitted_since")
        ),
        sa.CheckConstraint("jsonb_typeof(answers) = 'object'", name=op.f("ck_survey_response_object")),
        sa.CheckConstraint("state = 'DRAFT' OR consented_at IS NOT NULL", name=op.f("ck_survey_response_consented")),
        sa.CheckConstraint("state IN ('DRAFT', 'SUBMITTED')", name=op.f("ck_survey_response_state_known")),
        sa.CheckConstraint("answered_percent BETWEEN 0 AND 100", name=op.f("ck_survey_response_percent")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_survey_response_revised")),
        sa.ForeignKeyConstraint(
            ["invitation_id", "survey_id"], ["invitation.id", "invitation.survey_id"], name="fk_survey_response_invitation"
        ),
        sa.ForeignKeyConstraint(
            ["survey_id", "questionnaire_number"],
            ["questionnaire_version.survey_id", "questionnaire_version.number"],
            name="fk_survey_response_questionnaire",
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_survey_response")),
    )
    op.create_index("ix_survey_response_survey", "survey_response", ["survey_id", "state"], unique=False)
    op.create_table(
        "sealed_answer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_sealed_answer_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_answer")),
    )
    op.create_index("ix_sealed_answer_survey_id", "sealed_answer", ["survey_id"], unique=False)
    op.create_table(
        "anonymous_answer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("jsonb_typeof(answers) = 'object'", name=op.f("ck_anonymous_answer_object")),
        sa.CheckConstraint(
            "industry IS NULL OR area_code IS NOT NULL", name=op.f("ck_anonymous_answer_industry_within_area")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_anonymous_answer_area_code_area")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_anonymous_answer_survey_id_survey")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anonymous_answer")),
    )
    op.create_index("ix_anonymous_answer_survey_id", "anonymous_answer", ["survey_id"], unique=False)
    op.create_table(
        "survey_snapshot",
        sa.Column("survey_id", sa.UUID(), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.Column("valid", sa.BigInteger(), nullable=False),
        sa.Column("part_b_given", sa.BigInteger(), nullable=False),
        sa.Column("anonymous", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "anonymous IN (0, part_b_given) AND part_b_given BETWEEN 0 AND sent", name=op.f("ck_survey_snapshot_part_b")
        ),
        sa.CheckConstraint("population >= 0 AND opened BETWEEN 0 AND sent", name=op.f("ck_survey_snapshot_counts")),
        sa.CheckConstraint("valid BETWEEN 0 AND returned AND returned <= sent", name=op.f("ck_survey_snapshot_shares")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_snapshot_survey_id_survey")),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_snapshot")),
    )
    op.execute(GUARDS)
