"""Terms that the centre's lead set for an agency, a category, or both."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base


class TermRule(Base):
    """What holds for an agency in a category from a day on, never altered; the one of the latest day counts.

    An empty code stands for any. `terms` are those that differ from the defaults, by name; none: the defaults again.
    """

    __tablename__ = "term_rule"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str]
    category_code: Mapped[str]
    valid_from: Mapped[date]
    terms: Mapped[dict[str, int]] = mapped_column(JSONB)
    note: Mapped[str]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        UniqueConstraint("made_by", "request_id"),
        CheckConstraint("jsonb_typeof(terms) = 'object'", name="terms_by_name"),
    )
