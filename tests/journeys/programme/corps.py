"""Who lectures and who advises, the consultation groups and the zones. What would change somebody names nobody there is."""

import base64

from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, UNSEEN, Door, Fill, fixed

OVER = 2021  # nobody is appointed for a year that is over
WHO, WORDS, WHY = {"name": "示例"}, {"post": "示例"}, {"reason": "示例"}
NAMED = {"name": "示例", "topics": "示例"}
AREAS = {"name": "示例", "area_codes": ["310116101"]}
NOBODY, NOBODY_RPC = ("404 MEMBER_NOT_FOUND",), ("NOT_FOUND MEMBER_NOT_FOUND",)


def _of(people: str) -> dict[str, Door]:
    """The doors of one corps."""
    member = f"/api/v1/{people}/{{member_id}}"
    return {
        f"POST /api/v1/{people}": Door(("409 YEAR_OVER",), fixed(**WHO, unit_code="hrss", year=OVER)),
        f"PUT {member}": Door(NOBODY, fixed(**WORDS)),
        f"POST {member}/replace": Door(NOBODY, fixed(successor=WHO, **WHY)),
        f"POST {member}/end": Door(NOBODY, fixed(**WHY)),
        f"POST /api/v1/{people}/{{year}}/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
    }


DOORS = {
    **_of("lecturers"),
    **_of("consultants"),
    "PUT /api/v1/consultation-groups/{number}": Door(STALE, fixed(**NAMED)),
    "PUT /api/v1/zones/{code}": Door(STALE, fixed(**AREAS)),
}


def _on(**more: object) -> Fill:
    """A request that would change somebody who is not there."""
    on = {"corps": "CORPS_LECTURE", "member_id": NO_FILE, "expected_version": UNSEEN, "request_id": "示例"}
    return fixed(on=on, **more)


def _in_corps(**more: object) -> Fill:
    return fixed(corps="CORPS_LECTURE", **more)


FILE_RPC = {"year": 2031, "file_name": "a.csv", "content": base64.b64encode("姓名\n".encode()).decode()}
SEEN_RPC = {"expected_version": UNSEEN, "request_id": "示例"}
CALLS = {
    "ListMembers": Door(("OK",), _in_corps()),
    "AppointMember": Door(
        ("FAILED_PRECONDITION YEAR_OVER",), _in_corps(year=OVER, unit_code="hrss", draft=WHO, request_id="示例")
    ),
    "UpdateMember": Door(NOBODY_RPC, _on(**WORDS)),
    "ReplaceMember": Door(NOBODY_RPC, _on(successor=WHO, **WHY)),
    "EndMember": Door(NOBODY_RPC, _on(**WHY)),
    "ImportMembers": Door(("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), _in_corps(**FILE_RPC)),
    "ExportMembers": Door(("OK",), _in_corps()),
    "UpdateConsultationGroup": Door(STALE_RPC, fixed(number=1, **NAMED, **SEEN_RPC)),
    "UpdateZone": Door(STALE_RPC, fixed(code="west", **AREAS, **SEEN_RPC)),
}
