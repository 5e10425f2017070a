"""What the tables of all services share: which column a type stands for, and how a column is held to some words."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

COLUMNS = {
    str: Text,
    int: BigInteger,
    date: Date,
    datetime: TIMESTAMP(timezone=True),
    UUID: PG_UUID(as_uuid=True),
    bytes: LargeBinary,
}


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words, or nothing where it may hold nothing."""
    return CheckConstraint(f"{column} IN ({quoted(values)})", name=f"{column}_known")


def quoted(values: Iterable[str]) -> str:
    """Words as SQL lists them. They are of the code, never of a caller."""
    return ", ".join(f"'{value}'" for value in values)
