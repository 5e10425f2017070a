"""Tables of dispatch. What the database can hold true, it holds: constraints first, checks in code second."""

from services.dispatch.models.attachments import MOST_OF_A_DEMAND, Attachment
from services.dispatch.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.dispatch.models.calendars import CalendarDay, CalendarTable, ClockChange
from services.dispatch.models.clocks import DemandClock, DemandSegment
from services.dispatch.models.demands import DEMAND_NUMBER, Demand, DemandEvent, DemandFiling
from services.dispatch.models.handling import DemandDisposition, DemandRating, DemandReply
from services.dispatch.models.reads import JudicialRead
from services.dispatch.models.reference import Category, ConditionTag, LiaisonPoint, RoutingRule, RoutingSuggestion, Unit
from services.dispatch.models.requests import DemandApproval, DemandCoHandler, DemandInfoRequest
from services.dispatch.models.results import (
    JointCase,
    JointCaseEvent,
    LookBack,
    LookBackCandidate,
    LookBackSample,
    SupervisionOrder,
)
from services.dispatch.models.search import DemandSearch
from services.dispatch.models.templates import ReplyTemplate, ReplyTemplateChange
from services.dispatch.models.terms import TermRule

__all__ = [
    "DEAD_LETTER",
    "DEMAND_NUMBER",
    "INBOX",
    "MOST_OF_A_DEMAND",
    "OUTBOX",
    "Attachment",
    "Base",
    "CalendarDay",
    "CalendarTable",
    "Category",
    "ClockChange",
    "ConditionTag",
    "Demand",
    "DemandApproval",
    "DemandClock",
    "DemandCoHandler",
    "DemandDisposition",
    "DemandEvent",
    "DemandFiling",
    "DemandInfoRequest",
    "DemandRating",
    "DemandReply",
    "DemandSearch",
    "DemandSegment",
    "JointCase",
    "JointCaseEvent",
    "JudicialRead",
    "LiaisonPoint",
    "LookBack",
    "LookBackCandidate",
    "LookBackSample",
    "ReplyTemplate",
    "ReplyTemplateChange",
    "RoutingRule",
    "RoutingSuggestion",
    "SupervisionOrder",
    "TermRule",
    "Unit",
]
