"""Lectures that enterprises ask for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Slots and the request they are proposed with are written one after the other, so whether they fit is looked at when all is
# written. Whoever joins or leaves waits for the request's own lock: what is accepted in between is not missed.
TRIGGERS = """
CREATE FUNCTION request_slots_fit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked lecture_request;
BEGIN
  SELECT * INTO asked FROM lecture_request WHERE id = coalesce(to_jsonb(NEW) ->> 'request_id', to_jsonb(NEW) ->> 'id')::uuid;
  IF EXISTS (SELECT FROM generate_series(1, 3) r LEFT JOIN request_slot s ON s.request_id = asked.id AND s.round = r
             GROUP BY r HAVING NOT CASE WHEN r > asked.round THEN count(s.round) = 0 WHEN r = 1 THEN count(s.round) IN (2, 3)
                                        ELSE count(s.round) BETWEEN 1 AND 3 END) THEN
    PERFORM courses_refuse('request_slots_counted', 'two or three slots are asked for, one to three are answered with');
  END IF;
  IF EXISTS (SELECT FROM (SELECT position, row_number() OVER (PARTITION BY round ORDER BY starts_at) AS place
                          FROM request_slot WHERE request_id = asked.id) s WHERE position <> place) THEN
    PERFORM courses_refuse('request_slots_ordered', 'slots are numbered in the order of their beginnings');
  END IF;
  IF EXISTS (SELECT FROM request_slot s WHERE s.request_id = asked.id AND (
      extract(year FROM s.starts_at AT TIME ZONE INTERVAL '8 hours') <> asked.year OR
      extract(year FROM s.ends_at AT TIME ZONE INTERVAL '8 hours') <> asked.year)) THEN
    PERFORM courses_refuse('request_slots_of_year', 'slots are of the year of their request');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER request_slots_fit AFTER INSERT ON request_slot DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION request_slots_fit();
CREATE CONSTRAINT TRIGGER request_slots_fit AFTER INSERT OR UPDATE OF round, year ON lecture_request DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION request_slots_fit();

CREATE FUNCTION request_slot_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('request_slot_kept', 'what was proposed stays as it was');
  RETURN NULL;
END $$;
CREATE TRIGGER request_slot_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON request_slot
FOR EACH STATEMENT EXECUTE FUNCTION request_slot_kept();

CREATE FUNCTION request_party_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM lecture_request WHERE id = NEW.request_id AND turn IS NOT NULL FOR SHARE;
  IF NOT FOUND THEN
    PERFORM courses_refuse('request_party_open', 'nobody joins or leaves a request that has ended');
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.left_at IS NOT NULL OR (NEW.request_id, NEW.enterprise_id, NEW.heads, NEW.asked)
      IS DISTINCT FROM (OLD.request_id, OLD.enterprise_id, OLD.heads, OLD.asked)) THEN
    PERFORM courses_refuse('request_party_kept', 'who comes may leave, and nothing else');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER request_party_open BEFORE INSERT OR UPDATE ON request_party
FOR EACH ROW EXECUTE FUNCTION request_party_open();

CREATE FUNCTION lecture_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.turn IS NULL THEN
    PERFORM courses_refuse('lecture_request_ended', 'a request that has ended stays as it is');
  END IF;
  IF NEW.round NOT IN (OLD.round, OLD.round + 1) OR (NEW.state = 'EXPIRED' AND OLD.turn <> 'ENTERPRISE') THEN
    PERFORM courses_refuse('lecture_request_moves', 'slots are answered in turn, and only the enterprise lets them expire');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER lecture_request_moves BEFORE UPDATE ON lecture_request
FOR EACH ROW EXECUTE FUNCTION lecture_request_moves();

CREATE FUNCTION lecture_request_books_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM request_party p WHERE p.request_id = NEW.id AND p.left_at IS NULL AND NOT EXISTS (
      SELECT FROM booking b WHERE b.lecture_id = NEW.lecture_id AND b.enterprise_id = p.enterprise_id)) THEN
    PERFORM courses_refuse('lecture_request_books_all', 'everybody who comes is booked');
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER lecture_request_books_all AFTER UPDATE ON lecture_request DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.state = 'ACCEPTED') EXECUTE FUNCTION lecture_request_books_all();

CREATE FUNCTION lecture_request_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('lecture_request_kept', 'a request is ended, not deleted');
  RETURN NULL;
END $$;
CREATE TRIGGER lecture_request_kept BEFORE DELETE OR TRUNCATE ON lecture_request
FOR EACH STATEMENT EXECUTE FUNCTION lecture_request_kept();
CREATE TRIGGER lecture_request_kept BEFORE DELETE OR TRUNCATE ON request_party
FOR EACH STATEMENT EXECUTE FUNCTION lecture_request_kept();
"""


def upgrade() -> None:
    op.create_table(
        "lecture_request",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("courseware_id", sa.UUID(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=True),
        sa.Column("turn_began_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("fired", sa.BigInteger(), nullable=False),
        sa.Column("next_look", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("first_due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("lecturer_id", sa.UUID(), nullable=True),
        sa.Column("offered_courseware_id", sa.UUID(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("lecture_id", sa.UUID(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(state = 'ACCEPTED') = (lecture_id IS NOT NULL)", name=op.f("ck_lecture_request_accepted_makes_a_lecture")
        ),
        sa.CheckConstraint(
            "(turn IS NOT NULL) = (state IN ('REQUESTED', 'COUNTERED'))", name=op.f("ck_lecture_request_somebody_moves")
        ),
        sa.CheckConstraint(
            "CASE state WHEN 'REQUESTED' THEN round = 1 AND turn = 'AGENCY'\nWHEN 'COUNTERED' THEN (round = 2 AND turn = 'ENTERPRISE') OR (round = 3 AND turn = 'AGENCY') ELSE turn IS NULL END",
            name=op.f("ck_lecture_request_stages"),
        ),
        sa.CheckConstraint("btrim(title) <> '' AND btrim(place) <> ''", name=op.f("ck_lecture_request_worded")),
        sa.CheckConstraint(
            "state <> 'DECLINED' OR end_reason IS NOT NULL", name=op.f("ck_lecture_request_declined_for_a_reason")
        ),
        sa.CheckConstraint(
            "state IN ('REQUESTED', 'COUNTERED', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')",
            name=op.f("ck_lecture_request_state_known"),
        ),
        sa.CheckConstraint("turn IN ('AGENCY', 'ENTERPRISE')", name=op.f("ck_lecture_request_turn_known")),
        sa.CheckConstraint(
            "turn IS DISTINCT FROM 'ENTERPRISE' OR lecturer_id IS NOT NULL", name=op.f("ck_lecture_request_counter_offers")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_lecture_request_offers_seats")),
        sa.CheckConstraint(
            "num_nulls(lecturer_id, offered_courseware_id, capacity) IN (0, 3)", name=op.f("ck_lecture_request_offer_whole")
        ),
        sa.CheckConstraint("turn IS NOT NULL OR next_look IS NULL", name=op.f("ck_lecture_request_clock_stops")),
        sa.CheckConstraint(
            "turn_began_at < due_at AND fired IN (0, 50, 80, 100)", name=op.f("ck_lecture_request_clock_runs")
        ),
        sa.ForeignKeyConstraint(
            ["courseware_id", "unit_code"],
            ["courseware.id", "courseware.unit_code"],
            name=op.f("fk_lecture_request_courseware_id_unit_code_courseware"),
        ),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"], name=op.f("fk_lecture_request_lecture_id_lecture")),
        sa.ForeignKeyConstraint(
            ["lecturer_id", "unit_code"],
            ["lecturer.id", "lecturer.unit_code"],
            name=op.f("fk_lecture_request_lecturer_id_unit_code_lecturer"),
        ),
        sa.ForeignKeyConstraint(
            ["offered_courseware_id", "unit_code"],
            ["courseware.id", "courseware.unit_code"],
            name=op.f("fk_lecture_request_offered_courseware_id_unit_code_courseware"),
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_lecture_request_unit_code_unit")),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_lecture_request_zone_code_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecture_request")),
        sa.UniqueConstraint("lecture_id", name=op.f("uq_lecture_request_lecture_id")),
        sa.UniqueConstraint("number", name=op.f("uq_lecture_request_number")),
    )
    op.create_index("ix_lecture_request_enterprise_id", "lecture_request", ["enterprise_id", "id"], unique=False)
    op.create_index(
        "ix_lecture_request_next_look",
        "lecture_request",
        ["next_look"],
        unique=False,
        postgresql_where=sa.text("next_look IS NOT NULL"),
    )
    op.create_index("ix_lecture_request_unit_code", "lecture_request", ["unit_code", "id"], unique=False)
    op.create_index(
        "ix_lecture_request_zone_code",
        "lecture_request",
        ["zone_code", "year"],
        unique=False,
        postgresql_where=sa.text("state IN ('REQUESTED', 'COUNTERED')"),
    )
    op.create_index(
        "uq_lecture_request_open",
        "lecture_request",
        ["enterprise_id", "unit_code", "courseware_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state IN ('REQUESTED', 'COUNTERED')"),
    )
    op.create_table(
        "request_party",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("heads", sa.BigInteger(), nullable=False),
        sa.Column("joined_by", sa.UUID(), nullable=False),
        sa.Column("joined_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("left_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_request_party_level_known")),
        sa.CheckConstraint("NOT asked OR left_at IS NULL", name=op.f("ck_request_party_who_asked_stays")),
        sa.CheckConstraint("heads > 0", name=op.f("ck_request_party_somebody_comes")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["lecture_request.id"], name=op.f("fk_request_party_request_id_lecture_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_party")),
    )
    op.create_index("ix_request_party_enterprise_id", "request_party", ["enterprise_id", "request_id"], unique=False)
    op.create_index(
        "uq_request_party_asked", "request_party", ["request_id"], unique=True, postgresql_where=sa.text("asked")
    )
    op.create_index(
        "uq_request_party_present",
        "request_party",
        ["request_id", "enterprise_id"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "request_slot",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("request_id"), "="),
            (sa.column("round"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="ex_request_slot_apart",
        ),
        sa.CheckConstraint("round BETWEEN 1 AND 3 AND position BETWEEN 1 AND 3", name=op.f("ck_request_slot_numbered")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_request_slot_times_in_order")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["lecture_request.id"], name=op.f("fk_request_slot_request_id_lecture_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "round", "position", name=op.f("pk_request_slot")),
    )
    op.execute(TRIGGERS)
