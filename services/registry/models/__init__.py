"""Tables of registry. What the database can hold true, it holds: constraints first, checks in code second."""

from services.registry.models.audit import AuditRow
from services.registry.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.registry.models.enterprises import Cohort, Designation, Enterprise, EnterpriseYear, Liaison
from services.registry.models.invites import Invite, InviteAttempt
from services.registry.models.people import Person, Revocation, Session, StaffAccount
from services.registry.models.rebindings import Rebinding
from services.registry.models.units import Area, AreaName, Unit, UnitDuty

__all__ = [
    "DEAD_LETTER",
    "INBOX",
    "OUTBOX",
    "Area",
    "AreaName",
    "AuditRow",
    "Base",
    "Cohort",
    "Designation",
    "Enterprise",
    "EnterpriseYear",
    "Invite",
    "InviteAttempt",
    "Liaison",
    "Person",
    "Rebinding",
    "Revocation",
    "Session",
    "StaffAccount",
    "Unit",
    "UnitDuty",
]
