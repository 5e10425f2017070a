"""What was done to joint cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0003"
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
