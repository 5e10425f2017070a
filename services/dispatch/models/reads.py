"""Who read what lies before a court or a procuratorate (中办发〔2015〕23号: what outsiders do leaves a trace)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import ReadKind


class JudicialRead(Base):
    """One read by somebody who is neither of the enterprise nor of court or procuratorate. Never altered."""

    __tablename__ = "judicial_read"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    person_id: Mapped[UUID]
    unit_code: Mapped[str]
    kind: Mapped[str]
    read_at: Mapped[datetime]
    __table_args__ = (one_of("kind", ReadKind), Index("ix_judicial_read_demand_id", "demand_id", "id"))
