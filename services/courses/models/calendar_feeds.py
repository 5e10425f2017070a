"""The secret addresses under which contacts subscribe to their bookings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base


class CalendarFeed(Base):
    """One for each contact and enterprise. What it shows is decided anew each time: nothing, once another is the contact."""

    __tablename__ = "calendar_feed"
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
