"""Who followed whom in the corps, the past kept, and what contacts were reminded of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAME_SEAT = ("year", "unit_code", "seat")
# Whose time has ended stays as they were; who is there keeps name and seat, as lectures and records name them.
MEMBERS_KEPT = """
CREATE FUNCTION member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    PERFORM courses_refuse('member_past_stays', 'whose time has ended stays as they were');
  END IF;
  IF (OLD.id, OLD.year, OLD.unit_code, OLD.seat, OLD.name, OLD.predecessor_id, OLD.appointed_by, OLD.appointed_at)
      IS DISTINCT FROM
     (NEW.id, NEW.year, NEW.unit_code, NEW.seat, NEW.name, NEW.predecessor_id, NEW.appointed_by, NEW.appointed_at) THEN
    PERFORM courses_refuse('member_stays', 'a member keeps name and seat');
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION member_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('member_kept', 'the time of a member is ended, not deleted');
  RETURN NULL;
END $$;
"""
EACH = """
CREATE TRIGGER {table}_changed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION member_changed();
CREATE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION member_kept();
"""
# The lock keeps a lecturer's time from ending while a lecture is given to them. A successor takes over after that end, so
# whether lectures are left behind is looked at when all is done.
LECTURES_GIVEN = """
CREATE FUNCTION lecture_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM lecturer WHERE id = NEW.lecturer_id AND ended_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    PERFORM courses_refuse('lecture_by_present_lecturer', 'a lecture ahead is given by a lecturer whose time has not ended');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lecture_given BEFORE INSERT OR UPDATE OF lecturer_id ON lecture
FOR EACH ROW WHEN (NEW.state IN ('PLANNED', 'OPEN')) EXECUTE FUNCTION lecture_given();

CREATE FUNCTION lecturer_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM lecture WHERE lecturer_id = NEW.id AND state IN ('PLANNED', 'OPEN') AND starts_at > NEW.ended_at) THEN
    PERFORM courses_refuse('lecturer_without_lectures', 'lectures ahead go to another lecturer first');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lecturer_ended AFTER UPDATE ON lecturer DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION lecturer_ended();
"""
AREAS_KEPT = """
CREATE FUNCTION zone_area_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('zone_area_kept', 'an area goes to another zone, and is in one always');
  RETURN NULL;
END $$;
CREATE TRIGGER zone_area_kept BEFORE DELETE OR TRUNCATE ON zone_area FOR EACH STATEMENT EXECUTE FUNCTION zone_area_kept();
"""


def upgrade() -> None:
    op.execute(MEMBERS_KEPT)
    for table in ("lecturer", "consultant"):
        op.add_column(table, sa.Column("predecessor_id", sa.UUID(), nullable=True))
        op.create_unique_constraint(op.f(f"uq_{table}_id_year_unit_code_seat"), table, ["id", *SAME_SEAT])
        op.create_unique_constraint(op.f(f"uq_{table}_predecessor_id"), table, ["predecessor_id"])
        op.create_foreign_key(f"fk_{table}_predecessor", table, table, ["predecessor_id", *SAME_SEAT], ["id", *SAME_SEAT])
        op.create_check_constraint(
            op.f(f"ck_{table}_ended_for_a_reason"), table, "(ended_at IS NULL) = (end_reason IS NULL)"
        )
        op.create_index(
            f"uq_{table}_name",
            table,
            ["year", "unit_code", "name"],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        op.execute(EACH.format(table=table))
    op.execute(LECTURES_GIVEN)
    op.execute(AREAS_KEPT)
    op.add_column("booking", sa.Column("reminded_of", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_index("ix_lecture_ahead", "lecture", ["starts_at"], unique=False, postgresql_where=sa.text("state = 'OPEN'"))
