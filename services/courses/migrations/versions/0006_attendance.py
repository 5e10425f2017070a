"""Check-ins, rating links, ratings, and the calendars of contacts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TRIGGERS = """
CREATE FUNCTION attendance_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('attendance_stays', 'that somebody came is not taken back');
  RETURN NULL;
END $$;
CREATE TRIGGER attendance_stays BEFORE UPDATE ON booking FOR EACH ROW
WHEN (OLD.state = 'ATTENDED' AND NEW.state <> 'ATTENDED') EXECUTE FUNCTION attendance_stays();

CREATE FUNCTION evaluation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('evaluation_stays', 'what was said of a lecture stands');
  RETURN NULL;
END $$;
CREATE TRIGGER evaluation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON evaluation
FOR EACH STATEMENT EXECUTE FUNCTION evaluation_stays();
CREATE TRIGGER evaluation_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON employee_evaluation
FOR EACH STATEMENT EXECUTE FUNCTION evaluation_stays();

CREATE FUNCTION rating_link_has_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number > (SELECT taken FROM lecture WHERE id = NEW.lecture_id) THEN
    PERFORM courses_refuse('rating_link_has_seat', 'a lecture has no more links than seats that are taken');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rating_link_has_seat BEFORE INSERT OR UPDATE ON rating_link
FOR EACH ROW EXECUTE FUNCTION rating_link_has_seat();
"""


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "enterprise_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "check_in",
        sa.Column("lecture_id", sa.UUID(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scene_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opened_by", sa.UUID(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("opened_at < expires_at", name=op.f("ck_check_in_lasts")),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"], name=op.f("fk_check_in_lecture_id_lecture")),
        sa.PrimaryKeyConstraint("lecture_id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("scene_hash", name=op.f("uq_check_in_scene_hash")),
    )
    op.create_table(
        "rating_link",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("lecture_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_rating_link_numbered")),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"], name=op.f("fk_rating_link_lecture_id_lecture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_link")),
        sa.UniqueConstraint("lecture_id", "number", name=op.f("uq_rating_link_lecture_id_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_rating_link_token_hash")),
    )
    op.create_table(
        "employee_evaluation",
        sa.Column("link_id", sa.UUID(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("usefulness", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("content BETWEEN 1 AND 5", name=op.f("ck_employee_evaluation_content_scored")),
        sa.CheckConstraint("delivery BETWEEN 1 AND 5", name=op.f("ck_employee_evaluation_delivery_scored")),
        sa.CheckConstraint("length(comment) <= 1000", name=op.f("ck_employee_evaluation_comment_short")),
        sa.CheckConstraint("usefulness BETWEEN 1 AND 5", name=op.f("ck_employee_evaluation_usefulness_scored")),
        sa.ForeignKeyConstraint(["link_id"], ["rating_link.id"], name=op.f("fk_employee_evaluation_link_id_rating_link")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_employee_evaluation")),
    )
    op.create_table(
        "evaluation",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("booking_state", sa.Text(), server_default=sa.text("'ATTENDED'"), nullable=False),
        sa.Column("given_by", sa.UUID(), nullable=False),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("usefulness", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("booking_state = 'ATTENDED'", name=op.f("ck_evaluation_came")),
        sa.CheckConstraint("content BETWEEN 1 AND 5", name=op.f("ck_evaluation_content_scored")),
        sa.CheckConstraint("delivery BETWEEN 1 AND 5", name=op.f("ck_evaluation_delivery_scored")),
        sa.CheckConstraint("length(comment) <= 1000", name=op.f("ck_evaluation_comment_short")),
        sa.CheckConstraint("usefulness BETWEEN 1 AND 5", name=op.f("ck_evaluation_usefulness_scored")),
        sa.ForeignKeyConstraint(
            ["booking_id", "booking_state"],
            ["booking.id", "booking.state"],
            name=op.f("fk_evaluation_booking_id_booking_state_booking"),
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_evaluation")),
    )
    op.add_column("booking", sa.Column("over_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_booking_more_for_a_reason"), "booking", "attended_heads <= heads OR over_reason IS NOT NULL"
    )
    op.execute(TRIGGERS)
