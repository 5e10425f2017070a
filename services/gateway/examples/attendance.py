"""Examples of check-ins, ratings and calendars of lectures."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE

Shown = dict[str, Any]
SCENE = "EXAMPLE-SCENE-OF-A-DOOR"
LINK = "EXAMPLE-TOKEN-OF-A-RATING-LINK"
EVALUATION: Shown = {
    "content": 5,
    "usefulness": 5,
    "delivery": 4,
    "comment": "案例很贴近我们的用工情况，希望再讲讲竞业限制。",
}
CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//fahu-jinqi//courses//ZH\r
METHOD:PUBLISH\r
BEGIN:VEVENT\r
UID:019ab0e0-0021-7c1f-8e0a-5c1d2b3a4f77@fahu-jinqi\r
SEQUENCE:5\r
DTSTAMP:20260601T013000Z\r
DTSTART:20260618T060000Z\r
DTEND:20260618T080000Z\r
SUMMARY:法治宣讲：解除劳动合同的三个误区\r
STATUS:CONFIRMED\r
END:VEVENT\r
END:VCALENDAR\r
"""
PARAMETERS = {"Rating-Token": LINK}


def operations(lecture: Shown, booking: Shown) -> dict[str, Shown]:
    """What is done at the door of a lecture, and about a booking of it."""
    attended = booking | {"state": "attended", "attended_heads": 2, "version": 4}
    rated = {name: lecture[name] for name in ("title", "place", "starts_at", "ends_at", "unit_name", "lecturer_name")}
    return {
        "open_check_in": {
            "response": {
                "code": "204816",
                "scene": SCENE,
                "qr_text": f"/pages/check-in/index?scene={SCENE}",
                "qr_svg": "<svg/>",
                "expires_at": "2026-06-18T13:50:00+08:00",
            }
        },
        "check_in": {"request": {"code": "204816", "heads": 2}, "response": attended},
        "mark_attended": {
            "request": {"heads": 3, "reason": "法务同事一同旁听。"},
            "response": attended | {"attended_heads": 3},
        },
        "record_walk_in": {"request": {"enterprise_name": ENTERPRISE, "heads": 2}, "response": attended},
        "give_evaluation": {"request": EVALUATION, "response": EVALUATION},
        "get_evaluation": {"response": EVALUATION},
        "get_lecture_evaluations": {
            "response": {
                "count": 17,
                "averages": {"content": 4.6, "usefulness": 4.8, "delivery": 4.3},
                "comments": [EVALUATION["comment"]],
            }
        },
        "make_rating_link": {"request": {"scene": SCENE}, "response": {"token": LINK, "lecture": rated}},
        "get_rating_link": {"response": {"lecture": rated, "given": False}},
        "give_employee_evaluation": {"request": EVALUATION},
        "get_calendar_entry": {"response": CALENDAR},
        "renew_calendar_feed": {"response": {"path": "/api/v1/calendar/EXAMPLE-TOKEN-OF-A-CALENDAR.ics"}},
        "get_calendar_feed": {"response": CALENDAR},
    }
