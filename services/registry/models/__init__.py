"""Tables of registry. What the database can hold true, it holds: constraints first, checks in code second."""

from services.registry.models.audit import AuditRow
from services.registry.models.base import (
    DEAD_LETTER,
    INBOX,
    OUTBOX,
    Base,
)
from services.registry.models.cohorts import (
    Cohort,
    CohortArea,
    Nomination,
)
from services.registry.models.enterprises import (
    Designation,
    Enterprise,
    EnterpriseYear,
    Liaison,
)
from services.registry.models.findings import (
    Recommendation,
    SurveyAnalysis,
    SurveyReport,
)
from services.registry.models.invites import (
    Invite,
    InviteAttempt,
)
from services.registry.models.people import (
    Person,
    Revocation,
    Session,
    StaffAccount,
)
from services.registry.models.plaques import Plaque
from services.registry.models.projects import (
    Project,
    ProjectNode,
    ProjectNodeMove,
    ProjectNote,
)
from services.registry.models.rebindings import Rebinding
from services.registry.models.service_records import ServiceRecord
from services.registry.models.surveys import (
    AnonymousAnswer,
    Invitation,
    QuestionnaireVersion,
    SealedAnswer,
    Survey,
    SurveyResponse,
    SurveySnapshot,
)
from services.registry.models.units import (
    Area,
    AreaName,
    Unit,
    UnitDuty,
)

__all__ = [
    "DEAD_LETTER",
    "INBOX",
    "OUTBOX",
    "AnonymousAnswer",
    "Area",
    "AreaName",
    "AuditRow",
    "Base",
    "Cohort",
    "CohortArea",
    "Designation",
    "Enterprise",
    "EnterpriseYear",
    "Invitation",
    "Invite",
    "InviteAttempt",
    "Liaison",
    "Nomination",
    "Person",
    "Plaque",
    "Project",
    "ProjectNode",
    "ProjectNodeMove",
    "ProjectNote",
    "QuestionnaireVersion",
    "Rebinding",
    "Recommendation",
    "Revocation",
    "SealedAnswer",
    "ServiceRecord",
    "Session",
    "StaffAccount",
    "Survey",
    "SurveyAnalysis",
    "SurveyReport",
    "SurveyResponse",
    "SurveySnapshot",
    "Unit",
    "UnitDuty",
]
