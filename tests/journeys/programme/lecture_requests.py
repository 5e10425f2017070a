"""Lectures that enterprises ask for."""

from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, made_of, on
from tests.journeys.programme.lectures import TIMES, TOMORROW, WHY

NOT_FOUND = {"lecture request": "LECTURE_REQUEST_NOT_FOUND"}
REQUEST = "/api/v1/lecture-requests/{lecture_request_id}"
LATER = {name: TOMORROW.replace(hour=hour).isoformat() for name, hour in (("starts_at", 22), ("ends_at", 23))}
EARLIER = {name: TOMORROW.replace(hour=hour).isoformat() for name, hour in (("starts_at", 9), ("ends_at", 11))}
ASKED = {"courseware_id": NO_FILE, "slots": [EARLIER, LATER], "place": "示例", "heads": 1}
DOORS = {
    "POST /api/v1/lecture-requests": Door(("404 COURSEWARE_NOT_FOUND",), fixed(**ASKED)),
    f"POST {REQUEST}/accept": Door(STALE, fixed(slot=1)),
    f"POST {REQUEST}/counter": Door(STALE, fixed(slots=[TIMES])),
    f"POST {REQUEST}/decline": Door(STALE, fixed(**WHY)),
    f"POST {REQUEST}/withdraw": Door(STALE, fixed(**WHY)),
    f"POST {REQUEST}/join": Door(("409 ALREADY_JOINED",), fixed(heads=1)),
    f"POST {REQUEST}/leave": Door(("409 NOT_JOINED",)),
}
CALLS = {
    "GetLectureRequest": Door(("OK",), about("lecture_request_id")),
    "CreateLectureRequest": Door(("NOT_FOUND COURSEWARE_NOT_FOUND",), fixed(**ASKED, request_id="示例")),
    "AcceptLectureRequest": Door(STALE_RPC, on("lecture_request_id", slot=1)),
    "CounterLectureRequest": Door(STALE_RPC, on("lecture_request_id", slots=[TIMES])),
    "DeclineLectureRequest": Door(STALE_RPC, on("lecture_request_id", **WHY)),
    "WithdrawLectureRequest": Door(STALE_RPC, on("lecture_request_id", **WHY)),
    "JoinLectureRequest": Door(("ALREADY_EXISTS ALREADY_JOINED",), made_of("lecture_request_id", heads=1)),
    "LeaveLectureRequest": Door(("FAILED_PRECONDITION NOT_JOINED",), made_of("lecture_request_id")),
}
