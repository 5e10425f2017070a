"""What the tables of dispatch share: types, names of constraints, and the tables of kit that every service has."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase

from kit.db import new_metadata
from kit.events import inbox, outbox


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        str: Text,
        int: BigInteger,
        datetime: TIMESTAMP(timezone=True),
        UUID: PG_UUID(as_uuid=True),
        bytes: LargeBinary,
    }


OUTBOX = outbox.table(Base.metadata)
INBOX, DEAD_LETTER = inbox.tables(Base.metadata)


def one_of(column: str, values: type) -> CheckConstraint:
    """The column holds a value of the enum, or nothing where it may hold nothing."""
    names = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({names})", name=f"{column}_known")
