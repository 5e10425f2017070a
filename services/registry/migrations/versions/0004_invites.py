"""Invites for the first sign-in, and requests to sign in with another WeChat account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = "state IN ('ASKED', 'APPROVED')"
ONE_WAY = """
CREATE FUNCTION invite_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NOT NULL OR OLD.revoked_at IS NOT NULL
     OR (OLD.id, OLD.liaison_id, OLD.code_hash, OLD.created_by, OLD.created_at, OLD.expires_at)
        IS DISTINCT FROM (NEW.id, NEW.liaison_id, NEW.code_hash, NEW.created_by, NEW.created_at, NEW.expires_at) THEN
    RAISE EXCEPTION 'an invite only ever ends, once' USING ERRCODE = '23514', CONSTRAINT = 'invite_ends_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invite_ends_once BEFORE UPDATE ON invite FOR EACH ROW EXECUTE FUNCTION invite_ends_once();
CREATE FUNCTION rebinding_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('ASKED', 'APPROVED') OR (OLD.state = 'APPROVED' AND NEW.state IN ('ASKED', 'REFUSED'))
     OR (OLD.state = 'ASKED' AND NEW.state = 'EFFECTED')
     OR (OLD.id, OLD.person_id, OLD.asked_at, OLD.effective_at, OLD.expires_at)
        IS DISTINCT FROM (NEW.id, NEW.person_id, NEW.asked_at, NEW.effective_at, NEW.expires_at) THEN
    RAISE EXCEPTION 'a request goes one way, at its own times' USING ERRCODE = '23514', CONSTRAINT = 'rebinding_goes_one_way';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rebinding_goes_one_way BEFORE UPDATE ON rebinding FOR EACH ROW EXECUTE FUNCTION rebinding_goes_one_way();
"""


def moment(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "invite",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("liaison_id", sa.UUID(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        moment("revoked_at", nullable=True),
        sa.CheckConstraint("length(code_hash) = 32", name=op.f("ck_invite_hashed")),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_invite_lives")),
        sa.CheckConstraint("used_at < expires_at AND used_at >= created_at", name=op.f("ck_invite_used_in_time")),
        sa.CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name=op.f("ck_invite_ends_once")),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaison.id"], name=op.f("fk_invite_liaison_id_liaison")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invite_code_hash")),
    )
    op.create_index(
        "uq_invite_live",
        "invite",
        ["liaison_id"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL AND revoked_at IS NULL"),
    )
    op.create_table(
        "invite_attempt",
        sa.Column("openid_index", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        moment("since"),
        sa.CheckConstraint("failures > 0", name=op.f("ck_invite_attempt_counts")),
        sa.PrimaryKeyConstraint("openid_index", name=op.f("pk_invite_attempt")),
    )
    op.create_index("ix_invite_attempt_since", "invite_attempt", ["since"])
    op.create_table(
        "rebinding",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("openid", sa.LargeBinary(), nullable=True),
        sa.Column("openid_index", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        moment("asked_at"),
        moment("effective_at"),
        moment("expires_at"),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        moment("decided_at", nullable=True),
        moment("ended_at", nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('ASKED', 'APPROVED', 'EFFECTED', 'OBJECTED', 'REFUSED', 'EXPIRED', 'CANCELLED')",
            name=op.f("ck_rebinding_state_known"),
        ),
        sa.CheckConstraint(f"({OPEN}) = (openid IS NOT NULL)", name=op.f("ck_rebinding_openid_while_open")),
        sa.CheckConstraint("(openid IS NULL) = (openid_index IS NULL)", name=op.f("ck_rebinding_openid_indexed")),
        sa.CheckConstraint(f"({OPEN}) = (ended_at IS NULL)", name=op.f("ck_rebinding_open_or_ended")),
        sa.CheckConstraint("effective_at >= asked_at + interval '24 hours'", name=op.f("ck_rebinding_frozen_a_day")),
        sa.CheckConstraint("expires_at > effective_at", name=op.f("ck_rebinding_lives")),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_rebinding_decided_by_somebody")),
        sa.CheckConstraint("decided_by <> person_id", name=op.f("ck_rebinding_four_eyes")),
        sa.CheckConstraint(
            "state NOT IN ('APPROVED', 'REFUSED', 'EFFECTED') OR decided_by IS NOT NULL", name=op.f("ck_rebinding_decided")
        ),
        sa.CheckConstraint(
            "state <> 'EFFECTED' OR ended_at BETWEEN effective_at AND expires_at", name=op.f("ck_rebinding_effected_in_time")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rebinding_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rebinding")),
    )
    op.create_index("uq_rebinding_open", "rebinding", ["person_id"], unique=True, postgresql_where=sa.text(OPEN))
    op.create_index(
        "uq_rebinding_openid_index",
        "rebinding",
        ["openid_index"],
        unique=True,
        postgresql_where=sa.text("openid_index IS NOT NULL"),
    )
    op.create_index("ix_rebinding_person_id", "rebinding", ["person_id", "id"])
    op.create_index("ix_rebinding_state", "rebinding", ["state", "id"])
    op.execute(ONE_WAY)
