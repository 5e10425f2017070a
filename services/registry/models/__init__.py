"""Tables of registry. What the database can hold true, it holds: constraints first, checks in code second."""

from services.registry.models.audit import AuditRow
from services.registry.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.registry.models.enterprises import Cohort, Designation, Enterprise, EnterpriseYear, Liaison
from services.registry.models.people import Person, Revocation, Session, StaffAccount
from services.registry.models.projects import Project, ProjectNode, ProjectNodeMove, ProjectNote
from services.registry.models.service_records import ServiceRecord
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
    "Liaison",
    "Person",
    "Project",
    "ProjectNode",
    "ProjectNodeMove",
    "ProjectNote",
    "Revocation",
    "ServiceRecord",
    "Session",
    "StaffAccount",
    "Unit",
    "UnitDuty",
]
