"""Tables of dispatch. What the database can hold true, it holds: constraints first, checks in code second."""

from services.dispatch.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.dispatch.models.clocks import DemandClock
from services.dispatch.models.demands import DEMAND_NUMBER, Demand, DemandEvent
from services.dispatch.models.handling import DemandDisposition, DemandRating, DemandReply
from services.dispatch.models.reference import Category, LiaisonPoint, RoutingRule, Unit
from services.dispatch.models.search import DemandSearch

__all__ = [
    "DEAD_LETTER",
    "DEMAND_NUMBER",
    "INBOX",
    "OUTBOX",
    "Base",
    "Category",
    "Demand",
    "DemandClock",
    "DemandDisposition",
    "DemandEvent",
    "DemandRating",
    "DemandReply",
    "DemandSearch",
    "LiaisonPoint",
    "RoutingRule",
    "Unit",
]
