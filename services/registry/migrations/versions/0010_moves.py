"""A nomination that ended does not hold its enterprise in the area that made it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STANDING = "state = ANY (ARRAY['DRAFT'::text, 'SUBMITTED'::text, 'ACCEPTED'::text])"
STANDING_IN = f"CASE WHEN {STANDING} THEN area_code ELSE NULL::text END"


def upgrade() -> None:
    op.add_column("nomination", sa.Column("standing_in", sa.Text(), sa.Computed(STANDING_IN, persisted=True), nullable=True))
    op.drop_constraint("fk_nomination_place", "nomination", type_="foreignkey")
    for name, columns in (
        ("fk_nomination_place", {"enterprise_id": "enterprise_id", "year": "year", "standing_in": "area_code"}),
        ("fk_nomination_year", {"enterprise_id": "enterprise_id", "year": "year"}),
    ):
        op.create_foreign_key(name, "nomination", "enterprise_year", list(columns), list(columns.values()))
