"""Examples of plaques."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID, HANDLER_ID

PLAQUE_ID = "019ab0e0-0008-7c1f-8e0a-5c1d2b3a4f77"
TOKEN = "Zk3v0Q9xJ2m4-T7cB1_wAg"  # noqa: S105 - leads nowhere
PLAQUE: dict[str, Any] = {
    "id": PLAQUE_ID,
    "designation_id": "0192f0a0-9999-7222-8333-444455556666",
    "enterprise_id": ENTERPRISE_ID,
    "year": 2026,
    "area_code": "310116101",
    "level": "town",
    "number": 34,
    "serial": "金法联〔2026〕034号",
    "wording": "朱泾镇法治化营商环境联系点",
    "enterprise_name": ENTERPRISE,
    "area_name": "朱泾镇",
    "state": "made",
    "standing": "valid",
    "made_on": "2026-03-02",
    "issued_on": None,
    "issued_by": None,
    "issued_by_name": None,
    "ended_at": None,
    "replaces": None,
    "replaced_by": None,
    "verification_url": f"https://fahu.example/v/{TOKEN}",
    "version": 1,
}
ISSUED = PLAQUE | {
    "state": "issued",
    "issued_on": "2026-03-12",
    "issued_by": HANDLER_ID,
    "issued_by_name": "例经办",
    "version": 2,
}
ENDED = ISSUED | {"standing": "withdrawn", "ended_at": "2026-06-01T10:00:00+08:00", "version": 3}
NEXT = PLAQUE | {
    "id": "019ab0e0-0009-7c1f-8e0a-5c1d2b3a4f77",
    "number": 172,
    "serial": "金法联〔2026〕172号",
    "made_on": "2026-06-02",
    "replaces": PLAQUE_ID,
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "make_plaques": {"response": {"made_count": 171, "live_count": 171}},
    "list_plaques": {"response": {"plaques": [PLAQUE], "next_page_token": ""}},
    "get_plaque": {"response": ISSUED},
    "issue_plaque": {"request": {"issued_on": "2026-03-12", "issued_by": HANDLER_ID}, "response": ISSUED},
    "return_plaque": {"request": {"reason": "企业更名"}, "response": ENDED | {"state": "returned"}},
    "lose_plaque": {"request": {"reason": "搬迁中遗失"}, "response": ENDED | {"state": "lost"}},
    "reissue_plaque": {"response": NEXT},
    "verify_plaque": {"response": {"standing": "valid", "wording": PLAQUE["wording"], "year": 2026}},
}
PARAMETERS: dict[str, Any] = {"plaque_id": PLAQUE_ID, "token": TOKEN, "form": "plaque", "plaque_state": "made"}
