"""Who came to a lecture, what they think of it, and their calendars. Whoever guesses a secret gets nowhere."""

from tests.journeys.asking import STALE, STALE_RPC, Door, about, fixed, made_of, on

LECTURE, BOOKING = "/api/v1/lectures/{lecture_id}", "/api/v1/bookings/{booking_id}"
SAID = {"content": 5, "usefulness": 5, "delivery": 5}
NO_CODE, NO_CODE_RPC = ("404 CHECK_IN_CODE_WRONG",), ("NOT_FOUND CHECK_IN_CODE_WRONG",)
NO_LINK, NO_LINK_RPC = ("404 RATING_LINK_NOT_FOUND",), ("NOT_FOUND RATING_LINK_NOT_FOUND",)
NO_FEED, NO_FEED_RPC = ("404 CALENDAR_FEED_NOT_FOUND",), ("NOT_FOUND CALENDAR_FEED_NOT_FOUND",)
# The lectures of the matrix are days ahead, and some are planned only.
TOO_EARLY = ("409 CHECK_IN_CLOSED", "409 LECTURE_WRONG_STATE")
TOO_EARLY_RPC = ("FAILED_PRECONDITION CHECK_IN_CLOSED", "FAILED_PRECONDITION LECTURE_WRONG_STATE")
NOT_BEGUN = ("409 LECTURE_NOT_STARTED", "409 LECTURE_WRONG_STATE")
NOT_BEGUN_RPC = ("FAILED_PRECONDITION LECTURE_NOT_STARTED", "FAILED_PRECONDITION LECTURE_WRONG_STATE")
NOT_SAID_RPC = ("NOT_FOUND EVALUATION_NOT_FOUND",)
WALK_IN, CODE = {"enterprise_name": "示例", "heads": 1}, {"code": "000000", "heads": 1}
DOORS = {
    f"POST {LECTURE}/check-in": Door(TOO_EARLY),
    f"POST {LECTURE}/walk-ins": Door(NOT_BEGUN, fixed(**WALK_IN)),
    f"POST {BOOKING}/check-in": Door(NO_CODE, fixed(**CODE)),
    f"POST {BOOKING}/attendance": Door(STALE, fixed(heads=1)),
    f"POST {BOOKING}/evaluation": Door(("409 BOOKING_NOT_ATTENDED",), fixed(**SAID)),
    f"GET {BOOKING}/evaluation": Door(("404 EVALUATION_NOT_FOUND",)),
    "POST /api/v1/rating-links": Door(NO_CODE, fixed(scene="made-up")),
    "GET /api/v1/rating-link": Door(NO_LINK),
    "POST /api/v1/rating-link/evaluation": Door(NO_LINK, fixed(**SAID)),
    "POST /api/v1/me/calendar-feed": Door(("200",)),
    "GET /api/v1/calendar/{token}.ics": Door(NO_FEED),
}
CALLS = {
    "OpenCheckIn": Door(TOO_EARLY_RPC, about("lecture_id")),
    "CheckIn": Door(NO_CODE_RPC, on("booking_id", **CODE)),
    "MarkAttended": Door(STALE_RPC, on("booking_id", heads=1)),
    "RecordWalkIn": Door(NOT_BEGUN_RPC, made_of("lecture_id", **WALK_IN)),
    "ExportAttendance": Door(("OK",), about("lecture_id")),
    "GiveEvaluation": Door(("FAILED_PRECONDITION BOOKING_NOT_ATTENDED",), made_of("booking_id", content=SAID)),
    "GetEvaluation": Door(NOT_SAID_RPC, about("booking_id")),
    "GetLectureEvaluations": Door(("OK",), about("lecture_id")),
    "MakeRatingLink": Door(NO_CODE_RPC, fixed(scene="made-up")),
    "GetRatingLink": Door(NO_LINK_RPC, fixed(token="made-up")),
    "GiveEmployeeEvaluation": Door(NO_LINK_RPC, fixed(token="made-up", content=SAID)),
    "GetCalendarEntry": Door(("OK",), about("booking_id")),
    "GetCalendarFeed": Door(NO_FEED_RPC, fixed(token="made-up")),
}
