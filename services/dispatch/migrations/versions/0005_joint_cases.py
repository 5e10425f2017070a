"""What was done to joint cases; reply templates; demands filed at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joint_case_event",
        sa.Column("joint_case_id", sa.UUID(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("demand_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "type IN ('CREATED', 'ADDED', 'TAKEN_OUT', 'REPLIED', 'DECIDED')", name=op.f("ck_joint_case_event_type_known")
        ),
        sa.CheckConstraint("cardinality(demand_ids) > 0", name=op.f("ck_joint_case_event_has_members")),
        sa.ForeignKeyConstraint(
            ["joint_case_id"], ["joint_case.id"], name=op.f("fk_joint_case_event_joint_case_id_joint_case")
        ),
        sa.PrimaryKeyConstraint("joint_case_id", "sequence", name=op.f("pk_joint_case_event")),
    )
    op.create_index(
        "uq_joint_case_event_request", "joint_case_event", ["joint_case_id", "person_id", "request_id"], unique=True
    )
    op.create_table(
        "reply_template",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("next_steps", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.UUID(), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('TRIAGE', 'HANDLING', 'PARKED')", name=op.f("ck_reply_template_state_answers")),
        sa.CheckConstraint("btrim(title) <> '' AND btrim(conclusion) <> ''", name=op.f("ck_reply_template_content")),
        sa.CheckConstraint("unit_code <> ''", name=op.f("ck_reply_template_has_unit")),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_reply_template_category_code_category")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_template")),
    )
    op.create_index("uq_reply_template_request", "reply_template", ["created_by", "request_id"], unique=True)
    op.create_index("ix_reply_template_unit_code", "reply_template", ["unit_code", "id"])
    op.create_table(
        "reply_template_change",
        sa.Column("reply_template_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reply_template_id"],
            ["reply_template.id"],
            name=op.f("fk_reply_template_change_reply_template_id_reply_template"),
        ),
        sa.PrimaryKeyConstraint("reply_template_id", "version", name=op.f("pk_reply_template_change")),
    )
    op.create_index(
        "uq_reply_template_change_request",
        "reply_template_change",
        ["reply_template_id", "person_id", "request_id"],
        unique=True,
    )
    op.create_table(
        "demand_filing",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("channel IN ('PHONE', 'ON_SITE')", name=op.f("ck_demand_filing_channel_on_behalf")),
        sa.CheckConstraint("size BETWEEN 1 AND 50", name=op.f("ck_demand_filing_size_within")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_filing")),
    )
    op.create_index("uq_demand_filing_request", "demand_filing", ["person_id", "request_id"], unique=True)
