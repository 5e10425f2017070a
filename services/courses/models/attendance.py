"""The check-in of a lecture, and the rating links of those who scanned it. Of every secret only its hash is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base


class CheckIn(Base):
    """The one code of a lecture that holds; another one takes its place."""

    __tablename__ = "check_in"
    lecture_id: Mapped[UUID] = mapped_column(ForeignKey("lecture.id"), primary_key=True)
    code_hash: Mapped[bytes]
    scene_hash: Mapped[bytes] = mapped_column(unique=True)
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("opened_at < expires_at", name="lasts"),)


class RatingLink(Base):
    """A link for one employee. It does not say whose, nor of which enterprise, nor when it was made.

    A trigger lets no number be above the lecture's capacity, so there are no more links than seats.
    """

    __tablename__ = "rating_link"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lecture_id: Mapped[UUID] = mapped_column(ForeignKey("lecture.id"))
    number: Mapped[int]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    __table_args__ = (UniqueConstraint("lecture_id", "number"), CheckConstraint("number > 0", name="numbered"))
