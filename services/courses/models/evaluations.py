"""Ratings (LEC-6): of an enterprise, by its booking, and of employees, by their links. A trigger keeps what was said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base

ITEMS = ("content", "usefulness", "delivery")


class Said:
    """Scores of 1 to 5, and a comment."""

    content: Mapped[int]
    usefulness: Mapped[int]
    delivery: Mapped[int]
    comment: Mapped[str]


def _within_limits() -> tuple[CheckConstraint, ...]:
    scores = [CheckConstraint(f"{item} BETWEEN 1 AND 5", name=f"{item}_scored") for item in ITEMS]
    return (*scores, CheckConstraint("length(comment) <= 1000", name="comment_short"))


class Evaluation(Said, Base):
    """What an enterprise says. The foreign key holds its booking to ATTENDED, before and ever after."""

    __tablename__ = "evaluation"
    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    booking_state: Mapped[str] = mapped_column(server_default=text("'ATTENDED'"))
    given_by: Mapped[UUID]
    given_at: Mapped[datetime]
    __table_args__ = (
        *_within_limits(),
        CheckConstraint("booking_state = 'ATTENDED'", name="came"),
        ForeignKeyConstraint(["booking_id", "booking_state"], ["booking.id", "booking.state"]),
    )


class EmployeeEvaluation(Said, Base):
    """What the holder of a link says; nothing here tells when, or who it is."""

    __tablename__ = "employee_evaluation"
    link_id: Mapped[UUID] = mapped_column(ForeignKey("rating_link.id"), primary_key=True)
    __table_args__ = _within_limits()
