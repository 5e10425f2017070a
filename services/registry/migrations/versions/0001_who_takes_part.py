"""Who takes part: organisations, people, designations, sessions, and the audit that is only ever added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = '23514', CONSTRAINT = 'audit_append_only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("district_quota", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('TOWN', 'PARK', 'SUBDISTRICT')", name=op.f("ck_area_kind_known")),
        sa.CheckConstraint("district_quota BETWEEN 0 AND 3", name=op.f("ck_area_quota")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_table(
        "audit",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(request_id IS NULL) = (mark IS NULL)", name=op.f("ck_audit_request_marked")),
        sa.CheckConstraint("length(seal) = 32 AND length(previous) = 32", name=op.f("ck_audit_sealed")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "position"], unique=False)
    op.create_index(
        "uq_audit_request", "audit", ["actor", "request_id"], unique=True, postgresql_where=sa.text("request_id IS NOT NULL")
    )
    op.create_table(
        "cohort",
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_total", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_cohort")),
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
        "enterprise",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_enterprise_named")),
        sa.CheckConstraint("length(uscc) = 18", name=op.f("ck_enterprise_uscc_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise")),
        sa.UniqueConstraint("uscc", name=op.f("uq_enterprise_uscc")),
    )
    op.create_index("ix_enterprise_name", "enterprise", ["name", "id"], unique=False)
    op.create_index(
        "ix_enterprise_text",
        "enterprise",
        ["name", "uscc"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops", "uscc": "gin_trgm_ops"},
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
        "person",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=True),
        sa.Column("openid_index", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(openid IS NULL) = (openid_index IS NULL)", name=op.f("ck_person_openid_indexed")),
        sa.CheckConstraint("active OR openid IS NULL", name=op.f("ck_person_inactive_unbound")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(
        "uq_person_openid_index",
        "person",
        ["openid_index"],
        unique=True,
        postgresql_where=sa.text("openid_index IS NOT NULL"),
    )
    op.create_index("uq_person_phone_index", "person", ["phone_index"], unique=True, postgresql_where=sa.text("active"))
    op.create_table(
        "area_name",
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("area_code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_area_name_one_at_a_time"
        ),
        postgresql.ExcludeConstraint(
            (sa.column("name"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_area_name_one_bearer"
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_area_name_some_day")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_area_name_area_code_area")),
        sa.PrimaryKeyConstraint("area_code", "valid", name=op.f("pk_area_name")),
    )
    op.create_table(
        "enterprise_year",
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_enterprise_year_area_code_area")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_enterprise_year_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("enterprise_id", "year", name=op.f("pk_enterprise_year")),
        sa.UniqueConstraint(
            "enterprise_id", "year", "area_code", name=op.f("uq_enterprise_year_enterprise_id_year_area_code")
        ),
    )
    op.create_table(
        "liaison",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("consented_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_liaison_end_has_reason")),
        sa.CheckConstraint("ended_at >= consented_at", name=op.f("ck_liaison_period")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name=op.f("fk_liaison_enterprise_id_enterprise")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_liaison_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison")),
    )
    op.create_index("ix_liaison_history", "liaison", ["enterprise_id"], unique=False)
    op.create_index(
        "uq_liaison_enterprise", "liaison", ["enterprise_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index("uq_liaison_person", "liaison", ["person_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL"))
    op.create_table(
        "revocation",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("before", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_revocation_person_id_person")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_revocation")),
    )
    op.create_index("ix_revocation_before", "revocation", ["before"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("family_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("rotated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("family_hash", name=op.f("uq_session_family_hash")),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"], unique=False)
    op.create_index("ix_session_person_id", "session", ["person_id"], unique=False)
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(kind = 'AREA_OFFICE') = (area_code IS NOT NULL)", name=op.f("ck_unit_office_has_area")),
        sa.CheckConstraint(
            "kind IN ('AGENCY', 'CENTRE', 'AREA_OFFICE', 'SUPERVISOR', 'OTHER')", name=op.f("ck_unit_kind_known")
        ),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_unit_area_code_area")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
        sa.UniqueConstraint("position", name=op.f("uq_unit_position")),
    )
    op.create_table(
        "designation",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.UUID(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("seat_no", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(level = 'DISTRICT') = (seat_no IS NOT NULL)", name=op.f("ck_designation_district_has_seat")),
        sa.CheckConstraint("level IN ('DISTRICT', 'TOWN')", name=op.f("ck_designation_level_known")),
        sa.CheckConstraint("seat_no BETWEEN 1 AND 3", name=op.f("ck_designation_three_seats")),
        sa.ForeignKeyConstraint(
            ["enterprise_id", "year", "area_code"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_designation_place",
        ),
        sa.ForeignKeyConstraint(["year"], ["cohort.year"], name=op.f("fk_designation_year_cohort")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    op.create_index(
        "uq_designation_enterprise",
        "designation",
        ["enterprise_id", "year"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "uq_designation_seat",
        "designation",
        ["year", "area_code", "seat_no"],
        unique=True,
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "staff_account",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("login_name", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("last_totp_step", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT roles && ARRAY[0, 1]", name=op.f("ck_staff_account_staff_roles")),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_staff_account_has_role")),
        sa.CheckConstraint(
            "num_nulls(login_name, password_hash, totp_secret) IN (0, 3)", name=op.f("ck_staff_account_console_sign_in")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_account_person_id_person")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_staff_account_unit_code_unit")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("login_name", name=op.f("uq_staff_account_login_name")),
    )
    op.create_index("ix_staff_account_unit_code", "staff_account", ["unit_code"], unique=False)
    op.create_table(
        "unit_duty",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("duty IN ('LEADER', 'CONTACT')", name=op.f("ck_unit_duty_duty_known")),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_unit_duty_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_duty_person_id_person")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_unit_duty_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_duty")),
    )
    op.create_index("ix_unit_duty_person_id", "unit_duty", ["person_id"], unique=False)
    op.create_index(
        "uq_unit_duty_holder", "unit_duty", ["unit_code", "duty"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.execute(APPEND_ONLY)
