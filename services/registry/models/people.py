"""People and how they get in. Names, numbers and openids are encrypted; a blind index finds them and keeps them unique."""

from datetime import datetime
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models.base import Base


class Person(Base):
    """Somebody who is or was a contact or staff. Not active once their number belongs to somebody else."""

    __tablename__ = "person"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[bytes]
    phone: Mapped[bytes]
    phone_index: Mapped[bytes]
    openid: Mapped[bytes | None]
    openid_index: Mapped[bytes | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]
    __table_args__ = (
        Index("uq_person_phone_index", "phone_index", unique=True, postgresql_where=text("active")),
        Index("uq_person_openid_index", "openid_index", unique=True, postgresql_where=text("openid_index IS NOT NULL")),
        CheckConstraint("(openid IS NULL) = (openid_index IS NULL)", name="openid_indexed"),
        CheckConstraint("active OR openid IS NULL", name="inactive_unbound"),
    )


class StaffAccount(Base):
    """A member of staff: the unit, the roles, and the console sign-in of those who have one."""

    __tablename__ = "staff_account"
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    roles: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    login_name: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    totp_secret: Mapped[bytes | None]
    last_totp_step: Mapped[int | None]
    active: Mapped[bool]
    __table_args__ = (
        CheckConstraint("cardinality(roles) > 0", name="has_role"),
        CheckConstraint(f"NOT roles && ARRAY[{Role.ROLE_UNSPECIFIED}, {Role.ROLE_LIAISON}]", name="staff_roles"),
        CheckConstraint("num_nulls(login_name, password_hash, totp_secret) IN (0, 3)", name="console_sign_in"),
        Index("ix_staff_account_unit_code", "unit_code"),
    )


class Session(Base):
    """One sign-in on one device, known by hashes of its refresh token alone (see service/sessions.py)."""

    __tablename__ = "session"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    family_hash: Mapped[bytes] = mapped_column(unique=True)
    token_hash: Mapped[bytes]
    previous_hash: Mapped[bytes | None]
    rotated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    __table_args__ = (Index("ix_session_person_id", "person_id"), Index("ix_session_expires_at", "expires_at"))


class Revocation(Base):
    """Access tokens of a person made before a moment are void. Positions become visible in their order."""

    __tablename__ = "revocation"
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    before: Mapped[datetime]
    __table_args__ = (Index("ix_revocation_before", "before"),)
