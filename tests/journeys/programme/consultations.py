"""Consultations on site, their slots, and what was asked in them."""

from datetime import datetime, timedelta

from kit.calendar import BEIJING
from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, made_of, on

NOT_FOUND = {
    "consultation": "CONSULTATION_NOT_FOUND",
    "slot booking": "SLOT_BOOKING_NOT_FOUND",
    "consultation record": "CONSULTATION_RECORD_NOT_FOUND",
}
SESSION, BOOKING = "/api/v1/consultations/{consultation_id}", "/api/v1/slot-bookings/{slot_booking_id}"
RECORD = "/api/v1/consultation-records/{consultation_record_id}"
TOMORROW = datetime.now(BEIJING).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
TIMES = {"starts_at": TOMORROW.isoformat(), "ends_at": (TOMORROW + timedelta(hours=1)).isoformat()}
DRAFT = {"zone_code": "west", "place": "示例", "slot_minutes": 30, "consultant_ids": [NO_FILE]} | TIMES
WHY = {"reason": "示例"}
TEXT = {"category_code": "hrss", "question": "示例", "advice": "示例"}
# The sessions of the world are planned or announced, and none of those has begun.
NOT_BEGUN = ("CONSULTATION_WRONG_STATE", "CONSULTATION_NOT_STARTED")
DOORS = {
    "POST /api/v1/consultations": Door(("404 CONSULTANT_NOT_FOUND",), fixed(**DRAFT)),
    f"PUT {SESSION}": Door(STALE, fixed(**DRAFT)),
    f"POST {SESSION}/announce": Door(STALE),
    f"POST {SESSION}/cancel": Door(STALE, fixed(**WHY)),
    f"POST {SESSION}/hold": Door(STALE),
    f"POST {SESSION}/slot-bookings": Door(("409 SLOT_BOOKED_ALREADY",), fixed(slot_number=2)),
    f"POST {SESSION}/records": Door([f"409 {one}" for one in NOT_BEGUN], fixed(**TEXT, enterprise_name="示例")),
    f"POST {BOOKING}/move": Door(STALE, fixed(slot_number=3)),
    f"POST {BOOKING}/cancel": Door(STALE, fixed(**WHY)),
    f"POST {BOOKING}/release": Door(STALE, fixed(**WHY)),
    f"POST {BOOKING}/attendance": Door(STALE, fixed(attended=True)),
    f"PUT {RECORD}": Door(STALE, fixed(**TEXT)),
    f"POST {RECORD}/consent": Door(STALE, fixed(agreed=True)),
}
CALLS = {
    "GetConsultation": Door(("OK",), about("consultation_id")),
    "PlanConsultation": Door(("NOT_FOUND CONSULTANT_NOT_FOUND",), fixed(draft=DRAFT, request_id="示例")),
    "UpdateConsultation": Door(STALE_RPC, on("consultation_id", draft=DRAFT)),
    "AnnounceConsultation": Door(STALE_RPC, on("consultation_id")),
    "CancelConsultation": Door(STALE_RPC, on("consultation_id", **WHY)),
    "HoldConsultation": Door(STALE_RPC, on("consultation_id")),
    "ListSlots": Door(("OK",), about("consultation_id")),
    "BookSlot": Door(("ALREADY_EXISTS SLOT_BOOKED_ALREADY",), made_of("consultation_id", slot_number=2)),
    "GetSlotBooking": Door(("OK",), about("slot_booking_id")),
    "MoveSlotBooking": Door(STALE_RPC, on("slot_booking_id", slot_number=3)),
    "CancelSlotBooking": Door(STALE_RPC, on("slot_booking_id", **WHY)),
    "ReleaseSlotBooking": Door(STALE_RPC, on("slot_booking_id", **WHY)),
    "MarkSlotBooking": Door(STALE_RPC, on("slot_booking_id", attended=True)),
    "RecordConsultation": Door(
        [f"FAILED_PRECONDITION {one}" for one in NOT_BEGUN],
        made_of("consultation_id", enterprise_name="示例", content=TEXT),
    ),
    "GetConsultationRecord": Door(("OK",), about("consultation_record_id")),
    "UpdateConsultationRecord": Door(STALE_RPC, on("consultation_record_id", content=TEXT)),
    "AnswerFollowUp": Door(STALE_RPC, on("consultation_record_id", agreed=True)),
    # Without the enterprise's consent there is nothing to fetch.
    "GetFollowUp": Door(("NOT_FOUND CONSULTATION_RECORD_NOT_FOUND",), fixed(consultation_record_id=NO_FILE)),
}
