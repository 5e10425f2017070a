"""Lectures of the agencies, and the bookings of enterprises."""

import base64
from datetime import datetime, timedelta

from kit.calendar import BEIJING
from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, made_of, on

NOT_FOUND = {"lecture": "LECTURE_NOT_FOUND", "booking": "BOOKING_NOT_FOUND"}
LECTURE, BOOKING = "/api/v1/lectures/{lecture_id}", "/api/v1/bookings/{booking_id}"
TOMORROW = datetime.now(BEIJING).replace(microsecond=0) + timedelta(days=1)
TIMES = {"starts_at": TOMORROW.isoformat(), "ends_at": (TOMORROW + timedelta(hours=1)).isoformat()}
DRAFT = {"courseware_id": NO_FILE, "lecturer_id": NO_FILE, "place": "示例", "capacity": 1} | TIMES
WHY = {"reason": "示例"}
DOORS = {
    "POST /api/v1/lectures": Door(("404 COURSEWARE_NOT_FOUND",), fixed(**DRAFT)),
    f"PUT {LECTURE}": Door(STALE, fixed(**DRAFT)),
    f"POST {LECTURE}/open": Door(STALE),
    f"POST {LECTURE}/cancel": Door(STALE, fixed(**WHY)),
    f"POST {LECTURE}/deliver": Door(STALE),
    "POST /api/v1/lectures/{year}/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
    f"POST {LECTURE}/bookings": Door(("409 ALREADY_BOOKED",), fixed(heads=1)),
    f"POST {BOOKING}/accept": Door(STALE),
    f"POST {BOOKING}/cancel": Door(STALE, fixed(**WHY)),
    f"POST {BOOKING}/release": Door(STALE, fixed(**WHY)),
}
SHEET_RPC = {"year": 2031, "file_name": "a.csv", "content": base64.b64encode("讲师\n".encode()).decode()}
CALLS = {
    "GetLecture": Door(("OK",), about("lecture_id")),
    "PlanLecture": Door(("NOT_FOUND COURSEWARE_NOT_FOUND",), fixed(draft=DRAFT, request_id="示例")),
    "UpdateLecture": Door(STALE_RPC, on("lecture_id", draft=DRAFT)),
    "OpenLecture": Door(STALE_RPC, on("lecture_id")),
    "CancelLecture": Door(STALE_RPC, on("lecture_id", **WHY)),
    "DeliverLecture": Door(STALE_RPC, on("lecture_id")),
    "ImportLectures": Door(("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), fixed(**SHEET_RPC)),
    "ExportBookings": Door(("OK",), about("lecture_id")),
    "BookLecture": Door(("ALREADY_EXISTS ALREADY_BOOKED",), made_of("lecture_id", heads=1)),
    "GetBooking": Door(("OK",), about("booking_id")),
    "AcceptOffer": Door(STALE_RPC, on("booking_id")),
    "CancelBooking": Door(STALE_RPC, on("booking_id", **WHY)),
    "ReleaseBooking": Door(STALE_RPC, on("booking_id", **WHY)),
}
