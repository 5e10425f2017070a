"""Examples of the corps, the consultation groups and the zones."""

from typing import Any

MEMBER_ID = "019ab0e0-0030-7c1f-8e0a-5c1d2b3a4f77"
SUCCESSOR_ID = "019ab0e0-0031-7c1f-8e0a-5c1d2b3a4f77"
CONSULTANT_ID = "019ab0e0-0032-7c1f-8e0a-5c1d2b3a4f77"
WORDS = {"post": "仲裁院副院长", "topics": "劳动合同、工伤认定", "person_id": None}
SAID = {"name": "例讲师", **WORDS}
LECTURER: dict[str, Any] = SAID | {
    "id": MEMBER_ID,
    "year": 2026,
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "group_number": None,
    "seat": 1,
    "predecessor_id": None,
    "appointed_at": "2026-01-20T10:00:00+08:00",
    "ended_at": None,
    "end_reason": None,
    "version": 1,
}
CONSULTANT = LECTURER | {"id": CONSULTANT_ID, "name": "例顾问", "group_number": 3}
GAP = {"unit_code": "court", "unit_name": "区法院", "group_number": None}
ILL, MOVED = "因病休养，不能继续承担任务。", "工作调动。"
ENDED = {"ended_at": "2026-06-30T17:00:00+08:00", "end_reason": MOVED, "version": 2}
FILE = "单位,姓名,职务,主题\n区人社局,例讲师,仲裁院副院长,劳动合同、工伤认定\n"
IMPORTED = {"request": FILE, "response": {"row_count": 1, "created_count": 1, "errors": []}}
GROUP: dict[str, Any] = {
    "number": 3,
    "name": "第三组",
    "topics": "企业注册、登记、年审、用工、知识产权保护",
    "units": [{"code": "market_reg", "name": "区市场监管局"}, {"code": "hrss", "name": "区人社局"}],
    "version": 1,
}
ZONE: dict[str, Any] = {
    "code": "west",
    "name": "西部片区",
    "area_codes": ["310116101", "310116102", "310116105"],
    "version": 1,
}


def _of(one: str, member: dict[str, Any], gap: dict[str, Any]) -> dict[str, Any]:
    """The operations of one corps."""
    said = {key: member[key] for key in ("name", *WORDS)}
    successor = said | {"name": "另一例"}
    follows = member | successor | {"id": SUCCESSOR_ID, "predecessor_id": member["id"]}
    return {
        f"list_{one}s": {"response": {"members": [member], "gaps": [gap]}},
        f"appoint_{one}": {"request": said | {"unit_code": "hrss", "year": 2026}, "response": member},
        f"update_{one}": {"request": WORDS, "response": member | {"version": 2}},
        f"replace_{one}": {
            "request": {"successor": successor, "reason": ILL, "takes_over_lectures": True},
            "response": {"member": follows, "lecture_count": 2 if one == "lecturer" else 0},
        },
        f"end_{one}": {"request": {"reason": MOVED}, "response": member | ENDED},
        f"import_{one}s": IMPORTED,
    }


OPERATIONS: dict[str, dict[str, Any]] = {
    **_of("lecturer", LECTURER, GAP),
    **_of("consultant", CONSULTANT, GAP | {"group_number": 2}),
    "list_consultation_groups": {"response": {"groups": [GROUP]}},
    "update_consultation_group": {
        "request": {"name": "企业服务组", "topics": GROUP["topics"]},
        "response": GROUP | {"name": "企业服务组", "version": 2},
    },
    "list_zones": {"response": {"zones": [ZONE]}},
    "update_zone": {
        "request": {"name": ZONE["name"], "area_codes": [*ZONE["area_codes"], "310116104"]},
        "response": ZONE | {"area_codes": [*ZONE["area_codes"], "310116104"], "version": 2},
    },
}
PARAMETERS: dict[str, Any] = {"member_id": MEMBER_ID, "with_ended": False, "number": 3, "code": "west"}
