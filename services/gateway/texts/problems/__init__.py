"""Every reason for which a request is refused: its HTTP status, its title, and the field at fault where it is always one.

Reasons come from the services' contracts (error_reason.proto), from kit and from the gateway itself; a test proves that none
is missing here.
"""

from services.gateway.texts.problems.base import Problem
from services.gateway.texts.problems.details import DETAILS, FIELDS, LIMITS
from services.gateway.texts.problems.dispatch import DISPATCH, UPLOADS
from services.gateway.texts.problems.edge import GATEWAY, SHARED
from services.gateway.texts.problems.notify import NOTIFY
from services.gateway.texts.problems.projects import PROJECTS
from services.gateway.texts.problems.registry import REGISTRY

PROBLEMS: dict[str, Problem] = DISPATCH | UPLOADS | REGISTRY | PROJECTS | NOTIFY | SHARED | GATEWAY

__all__ = ["DETAILS", "FIELDS", "LIMITS", "PROBLEMS", "Problem"]
