"""Examples of lectures and bookings, and of who came."""

from typing import Any

from services.gateway.examples import attendance
from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID

LECTURE_ID = "019ab0e0-0020-7c1f-8e0a-5c1d2b3a4f77"
BOOKING_ID = "019ab0e0-0021-7c1f-8e0a-5c1d2b3a4f77"
COURSEWARE_ID = "019ab0e0-0022-7c1f-8e0a-5c1d2b3a4f77"
LECTURER_ID = "019ab0e0-0023-7c1f-8e0a-5c1d2b3a4f77"
CONTENT: dict[str, Any] = {
    "courseware_id": COURSEWARE_ID,
    "lecturer_id": LECTURER_ID,
    "title": "以案释法：解除劳动合同的三个误区",
    "place": "区政务服务中心二楼报告厅",
    "zone_code": "",
    "starts_at": "2026-06-18T14:00:00+08:00",
    "ends_at": "2026-06-18T16:00:00+08:00",
    "closes_at": "2026-06-17T18:00:00+08:00",
    "capacity": 40,
    "most_heads": 3,
    "offer_minutes": 1440,
}
LECTURE: dict[str, Any] = CONTENT | {
    "id": LECTURE_ID,
    "serial": "JK2026-000012",
    "year": 2026,
    "kind": "scheduled",
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "lecturer_name": "例讲师",
    "zone_code": None,
    "zone_name": None,
    "free": 0,
    "waiting": 2,
    "state": "open",
    "end_reason": None,
    "version": 2,
}
BOOKING: dict[str, Any] = {
    "id": BOOKING_ID,
    "lecture_id": LECTURE_ID,
    "lecture_serial": LECTURE["serial"],
    "lecture_title": LECTURE["title"],
    "place": LECTURE["place"],
    "starts_at": LECTURE["starts_at"],
    "ends_at": LECTURE["ends_at"],
    "unit_code": "hrss",
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "heads": 2,
    "state": "waiting",
    "queue": {"position": 2, "why": "ahead"},
    "offered_until": None,
    "ended_by": None,
    "end_reason": None,
    "attended_heads": None,
    "booked_at": "2026-06-01T09:30:00+08:00",
    "version": 1,
}
CONFIRMED = BOOKING | {"state": "confirmed", "queue": None, "version": 3}
ENDED = CONFIRMED | {"state": "cancelled", "ended_by": "enterprise", "end_reason": "当天有审厂。"}
OPERATIONS: dict[str, dict[str, Any]] = attendance.operations(LECTURE, CONFIRMED) | {
    "list_lectures": {"response": {"lectures": [LECTURE], "next_page_token": ""}},
    "get_lecture": {"response": LECTURE},
    "plan_lecture": {
        "request": CONTENT,
        "response": LECTURE | {"state": "planned", "free": 40, "waiting": 0, "version": 1},
    },
    "update_lecture": {"request": CONTENT, "response": LECTURE | {"version": 3}},
    "open_lecture": {"response": LECTURE},
    "cancel_lecture": {
        "request": {"reason": "讲师临时出庭，改期另行通知。"},
        "response": LECTURE | {"state": "cancelled", "end_reason": "讲师临时出庭，改期另行通知。", "version": 3},
    },
    "deliver_lecture": {"response": LECTURE | {"state": "delivered", "version": 3}},
    "import_lectures": {
        "request": "课件编号,讲师,地点,片区,开始时间,结束时间,座位数\n"
        "KJ2026-000012,例讲师,区政务服务中心二楼报告厅,,2026-06-18 14:00,2026-06-18 16:00,40\n",
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
    "book_lecture": {"request": {"heads": 2}, "response": BOOKING},
    "list_bookings": {"response": {"bookings": [BOOKING | {"queue": None}], "next_page_token": ""}},
    "get_booking": {"response": BOOKING},
    "accept_offer": {"response": CONFIRMED},
    "cancel_booking": {"request": {"reason": ENDED["end_reason"]}, "response": ENDED},
    "release_booking": {
        "request": {"reason": "该企业已另行安排专场。"},
        "response": ENDED | {"ended_by": "host", "end_reason": "该企业已另行安排专场。"},
    },
}
PARAMETERS: dict[str, Any] = attendance.PARAMETERS | {
    "lecture_id": LECTURE_ID,
    "booking_id": BOOKING_ID,
    "lecture": LECTURE_ID,
    "zone": "west",
    "lecture_state": "open",
    "bookable": True,
    "booking_state": "waiting",
}
