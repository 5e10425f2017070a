"""Tables of notify. What the database can hold true, it holds: constraints first, checks in code second."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import tables
from kit.db import new_metadata
from kit.events import inbox, outbox
from kit.tables import one_of
from services.notify.rules import Cause, Purpose, State


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = tables.COLUMNS


OUTBOX = outbox.table(Base.metadata)
INBOX, DEAD_LETTER = inbox.tables(Base.metadata)


class UnitName(Base):
    """Copy of the names of registry's units, kept by its events: messages name the agency they are about."""

    __tablename__ = "unit_name"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[int]


class Notification(Base):
    """One message in a person's inbox. `params` holds codes, enums and times, never personal data; texts.py words it."""

    __tablename__ = "notification"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    kind: Mapped[str]
    event_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    serial: Mapped[str]
    subject_version: Mapped[int]
    params: Mapped[dict[str, object]] = mapped_column(JSONB)
    happened_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_notification_person_id", "person_id", "id"),
        Index("ix_notification_unread", "person_id", "id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notification_subject_id", "subject_id"),
    )


class CallTask(Base):
    """Somebody to be telephoned by the centre. One open task for a person gathers all that did not reach them."""

    __tablename__ = "call_task"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notification.id"))
    message_count: Mapped[int]
    cause: Mapped[str]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
    reached: Mapped[bool]
    note: Mapped[str]
    __table_args__ = (
        one_of("cause", Cause),
        CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_by_somebody"),
        CheckConstraint("done_at IS NOT NULL OR NOT reached", name="reached_when_done"),
        Index("uq_call_task_open", "person_id", unique=True, postgresql_where=text("done_at IS NULL")),
        Index("ix_call_task_open", "id", postgresql_where=text("done_at IS NULL")),
        Index("ix_call_task_done", "done_at", "id", postgresql_where=text("done_at IS NOT NULL")),
    )


class Delivery(Base):
    """The way of one message beyond the inbox.

    While it is being sent, `lease_until` is set; a lease found expired is an attempt whose outcome nobody knows.
    `maybe_taken` says that WeChat may have taken the message in some attempt, so its consent may be spent.
    """

    __tablename__ = "delivery"
    notification_id: Mapped[UUID] = mapped_column(ForeignKey("notification.id"), primary_key=True)
    person_id: Mapped[UUID]
    purpose: Mapped[str]
    must_reach: Mapped[bool]
    state: Mapped[str]
    attempts: Mapped[int]
    error_code: Mapped[int]
    maybe_taken: Mapped[bool]
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    give_up_at: Mapped[datetime]
    call_task_id: Mapped[UUID | None] = mapped_column(ForeignKey("call_task.id"))
    updated_at: Mapped[datetime]
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("state", State),
        CheckConstraint("(state IN ('CALL_TASK', 'CALLED')) = (call_task_id IS NOT NULL)", name="call_has_task"),
        CheckConstraint("lease_until IS NULL OR state = 'PENDING'", name="leased_is_pending"),
        Index("ix_delivery_due", "next_at", postgresql_where=text("state = 'PENDING'")),
        Index("ix_delivery_call_task_id", "call_task_id", postgresql_where=text("call_task_id IS NOT NULL")),
    )


class Consent(Base):
    """One tap on "agree": one message of one template, once. `used_by` is the message it was spent on."""

    __tablename__ = "consent"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    template_id: Mapped[str]
    granted_at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    position: Mapped[int]
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.notification_id"), unique=True)
    voided_at: Mapped[datetime | None]
    __table_args__ = (
        # By position and not by template: so a request id that comes back with other templates meets its first use.
        UniqueConstraint("person_id", "request_id", "position"),
        Index(
            "ix_consent_free",
            "person_id",
            "template_id",
            "id",
            postgresql_where=text("used_by IS NULL AND voided_at IS NULL"),
        ),
    )
