"""Sessions of on-site consultation, the bookings of their slots, and records of what was asked and advised."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Bookings share their session's lock: they run side by side, and the unique index decides who gets a slot; whoever changes the
# session waits for them. Generated columns are there only after the row is written, hence the AFTER triggers.
GUARDS = """
CREATE FUNCTION slot_booking_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE session consultation;
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.consultation_id, NEW.enterprise_id, NEW.designation_id, NEW.level, NEW.booked_at)
      IS DISTINCT FROM (OLD.consultation_id, OLD.enterprise_id, OLD.designation_id, OLD.level, OLD.booked_at) THEN
    PERFORM courses_refuse('slot_booking_stays', 'a booking keeps its session and its enterprise');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.state = 'CANCELLED' AND NEW.state <> 'CANCELLED' THEN
    PERFORM courses_refuse('slot_booking_ended', 'what was given up is booked anew');
  END IF;
  IF NEW.state = 'CANCELLED' THEN
    RETURN NULL;
  END IF;
  SELECT * INTO session FROM consultation WHERE id = NEW.consultation_id FOR SHARE;
  IF NEW.slot_number > session.slot_count THEN
    PERFORM courses_refuse('slot_exists', 'the session has no such slot');
  END IF;
  IF TG_OP = 'INSERT' AND session.state <> 'ANNOUNCED' THEN
    PERFORM courses_refuse('slot_announced', 'the session takes no bookings');
  END IF;
  IF TG_OP = 'INSERT' AND NEW.level <> 'DISTRICT' AND NEW.booked_at < session.open_to_all_at THEN
    PERFORM courses_refuse('district_level_first', 'district-level points book first');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER slot_booking_fits AFTER INSERT OR UPDATE ON slot_booking
FOR EACH ROW EXECUTE FUNCTION slot_booking_fits();

CREATE FUNCTION consultation_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('HELD', 'CANCELLED') AND NEW.state <> OLD.state THEN
    PERFORM courses_refuse('consultation_over', 'what was held or cancelled stays so');
  END IF;
  IF (NEW.state = 'CANCELLED' OR NEW.slot_count < OLD.slot_count OR NEW.zone_code <> OLD.zone_code) AND EXISTS (
      SELECT FROM slot_booking b WHERE b.consultation_id = NEW.id AND b.state <> 'CANCELLED'
      AND (NEW.state = 'CANCELLED' OR NEW.zone_code <> OLD.zone_code OR b.slot_number > NEW.slot_count)) THEN
    PERFORM courses_refuse('slots_kept', 'what enterprises have booked stays');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER consultation_fits AFTER UPDATE ON consultation FOR EACH ROW EXECUTE FUNCTION consultation_fits();

CREATE FUNCTION consultation_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.follow_up_state IN ('AGREED', 'DECLINED') AND
      (NEW.question, NEW.advice, NEW.follow_up, NEW.category_code, NEW.follow_up_state, NEW.answered_by, NEW.answered_at)
      IS DISTINCT FROM
      (OLD.question, OLD.advice, OLD.follow_up, OLD.category_code, OLD.follow_up_state, OLD.answered_by, OLD.answered_at) THEN
    PERFORM courses_refuse('record_answered', 'the enterprise has answered about what it was shown');
  END IF;
  IF OLD.demand_id IS NOT NULL AND NEW.demand_id IS DISTINCT FROM OLD.demand_id THEN
    PERFORM courses_refuse('record_filed_once', 'one demand is made of a record');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER consultation_record_stays AFTER UPDATE ON consultation_record
FOR EACH ROW EXECUTE FUNCTION consultation_record_stays();

CREATE FUNCTION consultation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('consultation_kept', 'sessions, bookings and records are ended, not deleted');
  RETURN NULL;
END $$;
CREATE TRIGGER consultation_kept BEFORE DELETE OR TRUNCATE ON consultation
FOR EACH STATEMENT EXECUTE FUNCTION consultation_kept();
CREATE TRIGGER slot_booking_kept BEFORE DELETE OR TRUNCATE ON slot_booking
FOR EACH STATEMENT EXECUTE FUNCTION consultation_kept();
CREATE TRIGGER consultation_record_kept BEFORE DELETE OR TRUNCATE ON consultation_record
FOR EACH STATEMENT EXECUTE FUNCTION consultation_kept();
"""


def upgrade() -> None:
    op.create_table(
        "consultation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("group_number", sa.BigInteger(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("slot_minutes", sa.BigInteger(), nullable=False),
        sa.Column(
            "year",
            sa.BigInteger(),
            sa.Computed("extract(year FROM starts_at AT TIME ZONE INTERVAL '8 hours')::bigint", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "quarter",
            sa.BigInteger(),
            sa.Computed("extract(quarter FROM starts_at AT TIME ZONE INTERVAL '8 hours')::bigint", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "slot_count",
            sa.BigInteger(),
            sa.Computed("floor(extract(epoch FROM ends_at - starts_at) / (60 * slot_minutes))::bigint", persisted=True),
            nullable=False,
        ),
        sa.Column("live", sa.Boolean(), sa.Computed("state <> 'CANCELLED'", persisted=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("open_to_all_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(starts_at AT TIME ZONE INTERVAL '8 hours')::date = (ends_at AT TIME ZONE INTERVAL '8 hours')::date",
            name=op.f("ck_consultation_of_one_day"),
        ),
        sa.CheckConstraint(
            "(state = 'CANCELLED') = (end_reason IS NOT NULL)", name=op.f("ck_consultation_cancelled_for_a_reason")
        ),
        sa.CheckConstraint("btrim(place) <> ''", name=op.f("ck_consultation_placed")),
        sa.CheckConstraint(
            "state IN ('PLANNED', 'ANNOUNCED', 'HELD', 'CANCELLED')", name=op.f("ck_consultation_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('ANNOUNCED', 'HELD') OR announced_at IS NOT NULL", name=op.f("ck_consultation_announced_before")
        ),
        sa.CheckConstraint(
            "(announced_at IS NULL) = (open_to_all_at IS NULL)", name=op.f("ck_consultation_announced_whole")
        ),
        sa.CheckConstraint("open_to_all_at < starts_at", name=op.f("ck_consultation_nobody_left_out")),
        sa.CheckConstraint("slot_minutes BETWEEN 10 AND 240", name=op.f("ck_consultation_slots_last")),
        sa.CheckConstraint(
            "starts_at < ends_at AND floor(extract(epoch FROM ends_at - starts_at) / (60 * slot_minutes))::bigint > 0",
            name=op.f("ck_consultation_has_slots"),
        ),
        sa.ForeignKeyConstraint(
            ["group_number"], ["consultation_group.number"], name=op.f("fk_consultation_group_number_consultation_group")
        ),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_consultation_zone_code_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
        sa.UniqueConstraint("id", "group_number", "starts_at", "ends_at", "live", name="uq_consultation_sat_in"),
        sa.UniqueConstraint("number", name=op.f("uq_consultation_number")),
    )
    op.create_index("ix_consultation_group_number", "consultation", ["group_number", "year", "quarter"], unique=False)
    op.create_index("ix_consultation_year", "consultation", ["year", "starts_at", "id"], unique=False)
    op.create_table(
        "slot_booking",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("consultation_id", sa.UUID(), nullable=False),
        sa.Column("slot_number", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("booked_by", sa.UUID(), nullable=False),
        sa.Column("booked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(state = 'CANCELLED') = (ended_by IS NOT NULL)", name=op.f("ck_slot_booking_ended_by_somebody")),
        sa.CheckConstraint("ended_by IN ('ENTERPRISE', 'HOST')", name=op.f("ck_slot_booking_ended_by_known")),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_slot_booking_level_known")),
        sa.CheckConstraint(
            "state IN ('BOOKED', 'CANCELLED', 'ATTENDED', 'NO_SHOW')", name=op.f("ck_slot_booking_state_known")
        ),
        sa.CheckConstraint("slot_number > 0", name=op.f("ck_slot_booking_slot_numbered")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_slot_booking_consultation_id_consultation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_booking")),
        sa.UniqueConstraint("id", "consultation_id", "enterprise_id", name="uq_slot_booking_visit"),
    )
    op.create_index("ix_slot_booking_consultation_id", "slot_booking", ["consultation_id", "id"], unique=False)
    op.create_index("ix_slot_booking_enterprise_id", "slot_booking", ["enterprise_id", "id"], unique=False)
    op.create_index(
        "uq_slot_booking_party",
        "slot_booking",
        ["consultation_id", "enterprise_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('BOOKED', 'ATTENDED', 'NO_SHOW')"),
    )
    op.create_index(
        "uq_slot_booking_slot",
        "slot_booking",
        ["consultation_id", "slot_number"],
        unique=True,
        postgresql_where=sa.text("state IN ('BOOKED', 'ATTENDED', 'NO_SHOW')"),
    )
    op.create_table(
        "consultation_record",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("consultation_id", sa.UUID(), nullable=False),
        sa.Column("slot_booking_id", sa.UUID(), nullable=True),
        sa.Column("enterprise_id", sa.UUID(), nullable=True),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("follow_up_state", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.UUID(), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("demand_id", sa.UUID(), nullable=True),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.UUID(), nullable=False),
        sa.Column("recorded_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(follow_up_state IN ('AGREED', 'DECLINED')) = (answered_by IS NOT NULL AND answered_at IS NOT NULL)",
            name=op.f("ck_consultation_record_answered_by_somebody"),
        ),
        sa.CheckConstraint("btrim(enterprise_name) <> ''", name=op.f("ck_consultation_record_visitor_named")),
        sa.CheckConstraint(
            "demand_id IS NULL OR follow_up_state = 'AGREED'", name=op.f("ck_consultation_record_filed_with_consent")
        ),
        sa.CheckConstraint(
            "follow_up_state = 'NONE' OR (designation_id IS NOT NULL AND btrim(follow_up) <> '')",
            name=op.f("ck_consultation_record_asked_about_something"),
        ),
        sa.CheckConstraint(
            "follow_up_state IN ('NONE', 'ASKED', 'AGREED', 'DECLINED')",
            name=op.f("ck_consultation_record_follow_up_state_known"),
        ),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_consultation_record_level_known")),
        sa.CheckConstraint(
            "num_nulls(enterprise_id, designation_id, level) IN (0, 3)", name=op.f("ck_consultation_record_point_whole")
        ),
        sa.CheckConstraint(
            "slot_booking_id IS NULL OR enterprise_id IS NOT NULL", name=op.f("ck_consultation_record_booked_by_a_point")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_consultation_record_consultation_id_consultation")
        ),
        sa.ForeignKeyConstraint(
            ["slot_booking_id", "consultation_id", "enterprise_id"],
            ["slot_booking.id", "slot_booking.consultation_id", "slot_booking.enterprise_id"],
            name="fk_consultation_record_visit",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_record")),
        sa.UniqueConstraint("demand_id", name=op.f("uq_consultation_record_demand_id")),
    )
    op.create_index("ix_consultation_record_consultation_id", "consultation_record", ["consultation_id", "id"], unique=False)
    op.create_index("ix_consultation_record_enterprise_id", "consultation_record", ["enterprise_id", "id"], unique=False)
    op.create_table(
        "consultation_staff",
        sa.Column("consultation_id", sa.UUID(), nullable=False),
        sa.Column("consultant_id", sa.UUID(), nullable=False),
        sa.Column("group_number", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("consultant_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("live"),
            using="gist",
            name="ex_consultation_staff_consultant",
        ),
        sa.ForeignKeyConstraint(
            ["consultant_id", "group_number"],
            ["consultant.id", "consultant.group_number"],
            name=op.f("fk_consultation_staff_consultant_id_group_number_consultant"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id", "group_number", "starts_at", "ends_at", "live"],
            [
                "consultation.id",
                "consultation.group_number",
                "consultation.starts_at",
                "consultation.ends_at",
                "consultation.live",
            ],
            name="fk_consultation_staff_session",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("consultation_id", "consultant_id", name=op.f("pk_consultation_staff")),
    )
    op.execute(GUARDS)
