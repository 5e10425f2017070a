"""What part A was agreed to under, and what makes a repeated submission recognisable."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Answers counted up never go back, and what was handed in is never a draft again.
GUARD = """
CREATE FUNCTION survey_response_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.revision <= OLD.revision OR (OLD.state = 'SUBMITTED' AND NEW.state <> 'SUBMITTED') THEN
    RAISE EXCEPTION 'answers go on, and not back'
      USING ERRCODE = '23514', CONSTRAINT = 'survey_response_goes_on';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER survey_response_goes_on BEFORE UPDATE ON survey_response
  FOR EACH ROW EXECUTE FUNCTION survey_response_goes_on();
"""


def upgrade() -> None:
    op.add_column("survey_response", sa.Column("consent_version", sa.Text(), nullable=True))
    op.add_column("survey_response", sa.Column("request_id", sa.Text(), nullable=True))
    op.add_column("survey_response", sa.Column("mark", sa.LargeBinary(), nullable=True))
    checks = {
        "consent_named": "(consented_at IS NULL) = (consent_version IS NULL)",
        "request_marked": "(request_id IS NULL) = (mark IS NULL)",
    }
    for name, condition in checks.items():
        op.create_check_constraint(name, "survey_response", condition)
    op.execute(GUARD)
