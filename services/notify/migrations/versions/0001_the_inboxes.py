"""The inboxes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
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
        "notification",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("subject_version", sa.BigInteger(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("read_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_notification_event_id_person_id")),
    )
    op.create_index("ix_notification_person_id", "notification", ["person_id", "id"], unique=False)
    op.create_index("ix_notification_subject_id", "notification", ["subject_id"], unique=False)
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["person_id", "id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
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
        "unit_name",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit_name")),
    )
    op.create_table(
        "call_task",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("notification_id", sa.UUID(), nullable=False),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("done_by", sa.UUID(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('NO_CONSENT', 'NOT_BOUND', 'REFUSED', 'UNREACHABLE')", name=op.f("ck_call_task_cause_known")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_call_task_done_by_somebody")),
        sa.CheckConstraint("done_at IS NOT NULL OR NOT reached", name=op.f("ck_call_task_reached_when_done")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_call_task_notification_id_notification")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_task")),
    )
    op.create_index(
        "ix_call_task_done", "call_task", ["done_at", "id"], unique=False, postgresql_where=sa.text("done_at IS NOT NULL")
    )
    op.create_index("ix_call_task_open", "call_task", ["id"], unique=False, postgresql_where=sa.text("done_at IS NULL"))
    op.create_index(
        "uq_call_task_open", "call_task", ["person_id"], unique=True, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "delivery",
        sa.Column("notification_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("must_reach", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error_code", sa.BigInteger(), nullable=False),
        sa.Column("maybe_taken", sa.Boolean(), nullable=False),
        sa.Column("next_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lease_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("give_up_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("call_task_id", sa.UUID(), nullable=True),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('CALL_TASK', 'CALLED')) = (call_task_id IS NOT NULL)", name=op.f("ck_delivery_call_has_task")
        ),
        sa.CheckConstraint("lease_until IS NULL OR state = 'PENDING'", name=op.f("ck_delivery_leased_is_pending")),
        sa.CheckConstraint("purpose IN ('task', 'progress', 'reply')", name=op.f("ck_delivery_purpose_known")),
        sa.CheckConstraint(
            "state IN ('PENDING', 'SENT', 'CALL_TASK', 'CALLED', 'INBOX_ONLY')", name=op.f("ck_delivery_state_known")
        ),
        sa.ForeignKeyConstraint(["call_task_id"], ["call_task.id"], name=op.f("fk_delivery_call_task_id_call_task")),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_delivery_notification_id_notification")
        ),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_delivery")),
    )
    op.create_index(
        "ix_delivery_call_task_id",
        "delivery",
        ["call_task_id"],
        unique=False,
        postgresql_where=sa.text("call_task_id IS NOT NULL"),
    )
    op.create_index("ix_delivery_due", "delivery", ["next_at"], unique=False, postgresql_where=sa.text("state = 'PENDING'"))
    op.create_table(
        "consent",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("granted_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.UUID(), nullable=True),
        sa.Column("voided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["used_by"], ["delivery.notification_id"], name=op.f("fk_consent_used_by_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("person_id", "request_id", "position", name=op.f("uq_consent_person_id_request_id_position")),
        sa.UniqueConstraint("used_by", name=op.f("uq_consent_used_by")),
    )
    op.create_index(
        "ix_consent_free",
        "consent",
        ["person_id", "template_id", "id"],
        unique=False,
        postgresql_where=sa.text("used_by IS NULL AND voided_at IS NULL"),
    )
