"""Examples of the working-day calendar, and of terms."""

from typing import Any

from services.gateway.examples.things import HANDLER_ID

YEAR: dict[str, Any] = {
    "year": 2026,
    "revision": 23,
    "notice": "国务院办公厅关于2026年部分节假日安排的通知",
    "loaded_by": None,
    "loaded_at": "2026-11-23T08:00:00+08:00",
}
# An invented notice: that of the year is the State Council's to give.
DAYS: dict[str, Any] = {"days_off": ["2027-01-01", "2027-10-01", "2027-10-02"], "workdays": ["2027-10-09"]}
NEXT = YEAR | {
    "year": 2027,
    "revision": 24,
    "notice": "国务院办公厅关于2027年部分节假日安排的通知",
    "loaded_by": HANDLER_ID,
    "loaded_at": "2026-11-25T10:00:00+08:00",
}
TERM = {"term": "accept", "label": "接收", "value": 2, "unit": "workdays", "default": 1, "own": True}
SET: dict[str, Any] = {
    "agency": "hrss",
    "category": "hrss",
    "valid_from": "2026-12-01",
    "terms": [{"term": "accept", "value": 2}],
    "note": "年末仲裁案件集中，经协商延长接收时限。",
}
MADE = {
    "id": "019ab0e0-0006-7c1f-8e0a-5c1d2b3a4f77",
    "made_by": HANDLER_ID,
    "made_at": "2026-11-25T10:00:00+08:00",
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_calendars": {"response": {"calendars": [YEAR]}},
    "get_calendar": {"response": NEXT | DAYS},
    "list_terms": {"response": {"terms": [TERM]}},
    "list_term_rules": {"response": {"rules": [MADE | SET]}},
    "make_term_rule": {"request": SET, "response": MADE | SET},
    "set_calendar": {"request": {"notice": NEXT["notice"], **DAYS}, "response": NEXT | DAYS},
}
