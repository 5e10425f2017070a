"""The corps, courseware, lectures and their bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Transition tables let one statement that books for thirty change their lecture once. A newcomer's id is younger than those of
# all who were there before it: ids are made in the order in which bookings are taken, under the lecture's lock.
QUEUE = """
CREATE FUNCTION courses_refuse(rule text, message text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', message USING ERRCODE = '23514', CONSTRAINT = rule;
END $$;

CREATE FUNCTION booking_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows n WHERE n.state IN ('CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW') AND EXISTS (
      SELECT FROM booking w WHERE w.lecture_id = n.lecture_id AND w.state = 'WAITING' AND w.id < n.id)) THEN
    PERFORM courses_refuse('booking_passes_nobody', 'a newcomer waits behind those who wait');
  END IF;
  UPDATE lecture l SET taken = l.taken + d.seats, waiting = l.waiting + d.waits, queued = greatest(l.queued, d.last)
  FROM (SELECT lecture_id, coalesce(sum(heads) FILTER (WHERE state IN ('CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW')), 0) AS seats,
               count(*) FILTER (WHERE state = 'WAITING') AS waits, max(queue_number) AS last
        FROM new_rows GROUP BY lecture_id) d
  WHERE l.id = d.lecture_id;
  RETURN NULL;
END $$;
CREATE TRIGGER booking_made AFTER INSERT ON booking REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION booking_made();

CREATE FUNCTION booking_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)
             WHERE o.lecture_id <> n.lecture_id OR o.enterprise_id <> n.enterprise_id OR o.queue_number <> n.queue_number) THEN
    PERFORM courses_refuse('booking_stays', 'a booking keeps its lecture, enterprise and place in the queue');
  END IF;
  IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id) WHERE o.state = 'WAITING' AND n.state IN ('CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW') AND EXISTS (
      SELECT FROM booking w WHERE w.lecture_id = n.lecture_id AND w.state = 'WAITING' AND w.queue_number < n.queue_number)) THEN
    PERFORM courses_refuse('booking_in_turn', 'those ahead in the queue come first');
  END IF;
  UPDATE lecture l SET taken = l.taken + d.seats, waiting = l.waiting + d.waits
  FROM (SELECT n.lecture_id,
          sum((CASE WHEN n.state IN ('CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW') THEN n.heads ELSE 0 END) - (CASE WHEN o.state IN ('CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW') THEN o.heads ELSE 0 END))
            AS seats,
          sum((n.state = 'WAITING')::int - (o.state = 'WAITING')::int) AS waits
        FROM new_rows n JOIN old_rows o USING (id) GROUP BY n.lecture_id) d
  WHERE l.id = d.lecture_id AND (d.seats <> 0 OR d.waits <> 0);
  RETURN NULL;
END $$;
CREATE TRIGGER booking_moved AFTER UPDATE ON booking REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION booking_moved();

CREATE FUNCTION booking_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM courses_refuse('booking_kept', 'a booking is ended, not deleted');
  RETURN NULL;
END $$;
CREATE TRIGGER booking_kept BEFORE DELETE OR TRUNCATE ON booking FOR EACH STATEMENT EXECUTE FUNCTION booking_kept();
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "act",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sa.UniqueConstraint("actor", "request_id", name=op.f("uq_act_actor_request_id")),
    )
    op.create_index("ix_act_subject", "act", ["subject", "id"], unique=False)
    op.create_table(
        "consultation_group",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_consultation_group")),
    )
    op.create_table(
        "dead_letter",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("redriven_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_dead_letter")),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "liaison_point",
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("liaison_person_id", sa.UUID(), nullable=True),
        sa.Column("contact_as_of", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_liaison_point_level_known")),
        sa.PrimaryKeyConstraint("designation_id", name=op.f("pk_liaison_point")),
    )
    op.create_index("ix_liaison_point_enterprise_id", "liaison_point", ["enterprise_id", "year"], unique=False)
    op.create_index("ix_liaison_point_year", "liaison_point", ["year", "area_code"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate_id", sa.Text(), nullable=False),
        sa.Column("aggregate_version", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"], unique=False)
    op.create_index(
        "ix_outbox_pending", "outbox", ["lease_until"], unique=False, postgresql_where=sa.text("published_at IS NULL")
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("leader_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "zone",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_zone")),
    )
    op.create_table(
        "courseware",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("anonymised", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("anonymised OR state IN ('DRAFT', 'RETIRED')", name=op.f("ck_courseware_anonymised")),
        sa.CheckConstraint("btrim(title) <> ''", name=op.f("ck_courseware_titled")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'PUBLISHED', 'RETIRED')", name=op.f("ck_courseware_state_known")
        ),
        sa.CheckConstraint("minutes BETWEEN 10 AND 480", name=op.f("ck_courseware_lasts")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_courseware_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courseware")),
        sa.UniqueConstraint("id", "unit_code", name=op.f("uq_courseware_id_unit_code")),
        sa.UniqueConstraint("number", name=op.f("uq_courseware_number")),
    )
    op.create_index("ix_courseware_year", "courseware", ["year", "unit_code", "state"], unique=False)
    op.create_table(
        "group_unit",
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("group_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_number"], ["consultation_group.number"], name=op.f("fk_group_unit_group_number_consultation_group")
        ),
        sa.PrimaryKeyConstraint("unit_code", name=op.f("pk_group_unit")),
        sa.UniqueConstraint("group_number", "unit_code", name=op.f("uq_group_unit_group_number_unit_code")),
    )
    op.create_table(
        "lecturer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("appointed_by", sa.UUID(), nullable=False),
        sa.Column("appointed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_lecturer_named")),
        sa.CheckConstraint("seat BETWEEN 1 AND 2", name=op.f("ck_lecturer_seat_numbered")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_lecturer_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecturer")),
        sa.UniqueConstraint("id", "unit_code", name=op.f("uq_lecturer_id_unit_code")),
    )
    op.create_index(
        "uq_lecturer_seat",
        "lecturer",
        ["year", "unit_code", "seat"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "zone_area",
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_zone_area_zone_code_zone")),
        sa.PrimaryKeyConstraint("area_code", name=op.f("pk_zone_area")),
    )
    op.create_table(
        "consultant",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("group_number", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("appointed_by", sa.UUID(), nullable=False),
        sa.Column("appointed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_consultant_named")),
        sa.CheckConstraint("seat BETWEEN 1 AND 2", name=op.f("ck_consultant_seat_numbered")),
        sa.ForeignKeyConstraint(
            ["group_number", "unit_code"],
            ["group_unit.group_number", "group_unit.unit_code"],
            name=op.f("fk_consultant_group_number_unit_code_group_unit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant")),
        sa.UniqueConstraint("id", "group_number", name=op.f("uq_consultant_id_group_number")),
    )
    op.create_index(
        "uq_consultant_seat",
        "consultant",
        ["year", "unit_code", "seat"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "lecture",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("courseware_id", sa.UUID(), nullable=False),
        sa.Column("lecturer_id", sa.UUID(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("zone_code", sa.Text(), nullable=True),
        sa.Column("starts_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closes_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("queued", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("most_heads", sa.BigInteger(), nullable=False),
        sa.Column("offer_minutes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("lecturer_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("state <> 'CANCELLED'"),
            using="gist",
            name="ex_lecture_lecturer",
        ),
        sa.CheckConstraint(
            "opened_at IS NOT NULL OR state IN ('PLANNED', 'CANCELLED')", name=op.f("ck_lecture_opened_for_all")
        ),
        sa.CheckConstraint(
            "(state = 'CANCELLED') = (end_reason IS NOT NULL)", name=op.f("ck_lecture_cancelled_for_a_reason")
        ),
        sa.CheckConstraint("kind IN ('SCHEDULED', 'ON_DEMAND')", name=op.f("ck_lecture_kind_known")),
        sa.CheckConstraint("state IN ('PLANNED', 'OPEN', 'DELIVERED', 'CANCELLED')", name=op.f("ck_lecture_state_known")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_lecture_has_seats")),
        sa.CheckConstraint("closes_at <= starts_at AND starts_at < ends_at", name=op.f("ck_lecture_times_in_order")),
        sa.CheckConstraint("most_heads BETWEEN 1 AND capacity", name=op.f("ck_lecture_party_fits")),
        sa.CheckConstraint("offer_minutes > 0", name=op.f("ck_lecture_offers_last")),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name=op.f("ck_lecture_not_oversold")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_lecture_queue_counted")),
        sa.ForeignKeyConstraint(
            ["courseware_id", "unit_code"],
            ["courseware.id", "courseware.unit_code"],
            name=op.f("fk_lecture_courseware_id_unit_code_courseware"),
        ),
        sa.ForeignKeyConstraint(
            ["lecturer_id", "unit_code"],
            ["lecturer.id", "lecturer.unit_code"],
            name=op.f("fk_lecture_lecturer_id_unit_code_lecturer"),
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_lecture_unit_code_unit")),
        sa.ForeignKeyConstraint(["zone_code"], ["zone.code"], name=op.f("fk_lecture_zone_code_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lecture")),
        sa.UniqueConstraint("number", name=op.f("uq_lecture_number")),
    )
    op.create_index(
        "ix_lecture_closing",
        "lecture",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("state = 'OPEN' AND waiting > 0"),
    )
    op.create_index("ix_lecture_unit_code", "lecture", ["unit_code", "year"], unique=False)
    op.create_index("ix_lecture_year", "lecture", ["year", "starts_at", "id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("lecture_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("enterprise_name", sa.Text(), nullable=False),
        sa.Column("designation_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("heads", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queue_number", sa.BigInteger(), nullable=False),
        sa.Column("offered_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("attended_heads", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("booked_by", sa.UUID(), nullable=False),
        sa.Column("booked_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_mark", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(state = 'ATTENDED') = (attended_heads IS NOT NULL)", name=op.f("ck_booking_heads_counted")),
        sa.CheckConstraint("(state = 'OFFERED') = (offered_until IS NOT NULL)", name=op.f("ck_booking_offer_ends")),
        sa.CheckConstraint(
            "(state IN ('CANCELLED', 'LAPSED')) = (ended_by IS NOT NULL)", name=op.f("ck_booking_ended_by_somebody")
        ),
        sa.CheckConstraint("ended_by IN ('ENTERPRISE', 'HOST', 'TIME')", name=op.f("ck_booking_ended_by_known")),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_booking_level_known")),
        sa.CheckConstraint(
            "state IN ('CONFIRMED', 'WAITING', 'OFFERED', 'LAPSED', 'CANCELLED', 'ATTENDED', 'NO_SHOW')",
            name=op.f("ck_booking_state_known"),
        ),
        sa.CheckConstraint("state NOT IN ('WAITING', 'OFFERED') OR queue_number > 0", name=op.f("ck_booking_waits_in_line")),
        sa.CheckConstraint("heads > 0", name=op.f("ck_booking_somebody_comes")),
        sa.ForeignKeyConstraint(["lecture_id"], ["lecture.id"], name=op.f("fk_booking_lecture_id_lecture")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("booked_by", "request_id", name=op.f("uq_booking_booked_by_request_id")),
        sa.UniqueConstraint("id", "state", name=op.f("uq_booking_id_state")),
    )
    op.create_index("ix_booking_enterprise_id", "booking", ["enterprise_id", "id"], unique=False)
    op.create_index("ix_booking_lecture_id", "booking", ["lecture_id", "id"], unique=False)
    op.create_index(
        "ix_booking_offers", "booking", ["offered_until"], unique=False, postgresql_where=sa.text("state = 'OFFERED'")
    )
    op.create_index(
        "ix_booking_queue",
        "booking",
        ["lecture_id", "queue_number"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_index(
        "uq_booking_live",
        "booking",
        ["lecture_id", "enterprise_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('WAITING', 'CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW')"),
    )
    op.execute(QUEUE)
