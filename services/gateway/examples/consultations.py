"""Examples of consultations on site, their slots and records."""

from typing import Any

from services.gateway.examples.things import DEMAND_ID, ENTERPRISE, ENTERPRISE_ID, HANDLER_ID, LIAISON_ID

CONSULTATION_ID = "019ab0e0-0030-7c1f-8e0a-5c1d2b3a4f77"
SLOT_BOOKING_ID = "019ab0e0-0031-7c1f-8e0a-5c1d2b3a4f77"
RECORD_ID = "019ab0e0-0032-7c1f-8e0a-5c1d2b3a4f77"
CONSULTANT_ID = "019ab0e0-0033-7c1f-8e0a-5c1d2b3a4f77"
CONTENT: dict[str, Any] = {
    "zone_code": "west",
    "place": "朱泾镇社区文化活动中心",
    "starts_at": "2026-05-20T09:00:00+08:00",
    "ends_at": "2026-05-20T11:30:00+08:00",
    "slot_minutes": 30,
    "consultant_ids": [CONSULTANT_ID],
}
PLANNED: dict[str, Any] = {
    **{name: CONTENT[name] for name in ("zone_code", "place", "starts_at", "ends_at", "slot_minutes")},
    "id": CONSULTATION_ID,
    "serial": "ZX2026-000012",
    "year": 2026,
    "quarter": 2,
    "group_number": 3,
    "group_name": "第三组",
    "group_topics": "企业注册、登记、年审、用工、知识产权保护",
    "zone_name": "西部片区",
    "slot_count": 5,
    "free": 5,
    "open_to_all_at": None,
    "advisers": [
        {
            "consultant_id": CONSULTANT_ID,
            "name": "例咨询",
            "unit_code": "hrss",
            "unit_name": "区人社局",
            "topics": "劳动用工",
        }
    ],
    "state": "planned",
    "end_reason": None,
    "announced_at": None,
    "version": 1,
}
ANNOUNCED = PLANNED | {
    "state": "announced",
    "free": 3,
    "announced_at": "2026-05-06T10:00:00+08:00",
    "open_to_all_at": "2026-05-13T10:00:00+08:00",
    "version": 2,
}
SLOT: dict[str, Any] = {
    "number": 2,
    "starts_at": "2026-05-20T09:30:00+08:00",
    "ends_at": "2026-05-20T10:00:00+08:00",
    "taken": True,
    "slot_booking_id": SLOT_BOOKING_ID,
}
BOOKED: dict[str, Any] = {
    "id": SLOT_BOOKING_ID,
    "consultation_id": CONSULTATION_ID,
    "consultation_serial": PLANNED["serial"],
    "group_number": 3,
    "place": PLANNED["place"],
    "slot_number": 2,
    "starts_at": SLOT["starts_at"],
    "ends_at": SLOT["ends_at"],
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "district_level": True,
    "topic": "产假期间能否调整岗位？",
    "state": "booked",
    "ended_by": None,
    "end_reason": None,
    "booked_at": "2026-05-07T09:30:00+08:00",
    "version": 1,
}
ENDED = BOOKED | {"state": "cancelled", "ended_by": "enterprise", "end_reason": "当天有审厂。", "version": 2}
TEXT: dict[str, Any] = {
    "category_code": "hrss",
    "question": "员工休产假期间，公司能否调整其岗位？",
    "advice": "产假期间不得降低工资；调岗须与本人协商一致并书面确认。",
    "follow_up": "请仲裁院协助核实两名员工的补偿金额。",
}
RECORD: dict[str, Any] = TEXT | {
    "id": RECORD_ID,
    "consultation_id": CONSULTATION_ID,
    "consultation_serial": PLANNED["serial"],
    "group_number": 3,
    "slot_booking_id": SLOT_BOOKING_ID,
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "district_level": True,
    "follow_up_state": "asked",
    "answered_by": None,
    "answered_at": None,
    "demand_id": None,
    "unit_code": "hrss",
    "recorded_by": HANDLER_ID,
    "recorded_at": "2026-05-20T10:05:00+08:00",
    "version": 1,
}
AGREED = RECORD | {
    "follow_up_state": "agreed",
    "answered_by": LIAISON_ID,
    "answered_at": "2026-05-20T12:00:00+08:00",
    "version": 2,
}
QUARTER: dict[str, Any] = {
    "group_number": 3,
    "group_name": "第三组",
    "quarter": 2,
    "due": 1,
    "held": 0,
    "announced": 1,
    "planned": 0,
    "owed": 1,
    "over": False,
    "missed": False,
    "visits": 0,
    "district_visits": 0,
}
WHY = {"reason": "会场临时征用，改期另行通知。"}
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_consultations": {"response": {"consultations": [ANNOUNCED], "next_page_token": ""}},
    "get_consultation": {"response": ANNOUNCED},
    "plan_consultation": {"request": CONTENT, "response": PLANNED},
    "update_consultation": {"request": CONTENT, "response": ANNOUNCED | {"version": 3}},
    "announce_consultation": {"response": ANNOUNCED},
    "cancel_consultation": {
        "request": WHY,
        "response": ANNOUNCED | {"state": "cancelled", "end_reason": WHY["reason"], "free": 5, "version": 3},
    },
    "hold_consultation": {"response": ANNOUNCED | {"state": "held", "version": 3}},
    "list_quarters": {"response": {"quarters": [QUARTER]}},
    "list_slots": {"response": {"slots": [SLOT]}},
    "book_slot": {"request": {"slot_number": 2, "topic": BOOKED["topic"]}, "response": BOOKED},
    "list_slot_bookings": {"response": {"slot_bookings": [BOOKED], "next_page_token": ""}},
    "get_slot_booking": {"response": BOOKED},
    "move_slot_booking": {
        "request": {"slot_number": 3},
        "response": BOOKED
        | {
            "slot_number": 3,
            "starts_at": "2026-05-20T10:00:00+08:00",
            "ends_at": "2026-05-20T10:30:00+08:00",
            "version": 2,
        },
    },
    "cancel_slot_booking": {"request": {"reason": ENDED["end_reason"]}, "response": ENDED},
    "release_slot_booking": {"request": WHY, "response": ENDED | {"ended_by": "host", "end_reason": WHY["reason"]}},
    "mark_slot_booking": {"request": {"attended": True}, "response": BOOKED | {"state": "attended", "version": 2}},
    "record_consultation": {
        "request": TEXT | {"ask_consent": True, "slot_booking_id": SLOT_BOOKING_ID},
        "response": RECORD,
    },
    "list_consultation_records": {"response": {"consultation_records": [RECORD], "next_page_token": ""}},
    "get_consultation_record": {"response": AGREED | {"demand_id": DEMAND_ID, "version": 3}},
    "update_consultation_record": {"request": TEXT | {"ask_consent": True}, "response": RECORD | {"version": 2}},
    "answer_follow_up": {"request": {"agreed": True}, "response": AGREED},
}
PARAMETERS: dict[str, Any] = {
    "consultation_id": CONSULTATION_ID,
    "slot_booking_id": SLOT_BOOKING_ID,
    "consultation_record_id": RECORD_ID,
    "consultation": CONSULTATION_ID,
    "quarter": 2,
    "group": 3,
    "consultation_state": "announced",
    "slot_booking_state": "booked",
    "follow_up_state": "asked",
}
