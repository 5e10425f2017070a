"""From rows to messages and back, for the gRPC edges. Used as `protos.…`, whichever of the files it stands in."""

from services.dispatch.protos.asked import answer_of, draft_of, filter_of, plan_of, precondition_of
from services.dispatch.protos.demands import (
    clock_of,
    counts_of,
    demand_of,
    disposition_of,
    line_of,
    rating_of,
    reply_of,
    segment_of,
)
from services.dispatch.protos.requests import approval_of, co_handler_of, condition_of, info_request_of
from services.dispatch.protos.shield import as_read, hide_name
from services.dispatch.protos.words import Fields, day_of, enum_of, is_staff, name_of

__all__ = [
    "Fields",
    "answer_of",
    "approval_of",
    "as_read",
    "clock_of",
    "co_handler_of",
    "condition_of",
    "counts_of",
    "day_of",
    "demand_of",
    "disposition_of",
    "draft_of",
    "enum_of",
    "filter_of",
    "hide_name",
    "info_request_of",
    "is_staff",
    "line_of",
    "name_of",
    "plan_of",
    "precondition_of",
    "rating_of",
    "reply_of",
    "segment_of",
]
