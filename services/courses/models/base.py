"""What the tables of courses share, and the tables of kit that every service has."""

from sqlalchemy.orm import DeclarativeBase

from kit import tables
from kit.db import new_metadata
from kit.events import inbox, outbox


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = tables.COLUMNS


OUTBOX = outbox.table(Base.metadata)
INBOX, DEAD_LETTER = inbox.tables(Base.metadata)
