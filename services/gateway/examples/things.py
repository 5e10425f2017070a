"""Invented people, enterprises and things of theirs for the examples. All names are meant to look invented."""

from typing import Any

KEY = "0192f0c1-5b7e-7c3a-9d41-5f6c2a9e0b17"
REQUEST_ID = "0192f0c15b7e7c3a9d415f6c2a9e0b17"
DEMAND_ID = "0192f0c1-5b80-7e11-8a2b-3c4d5e6f7a80"
ENTERPRISE_ID = "0192f0a0-1111-7222-8333-444455556666"
LIAISON_ID = "0192f0a0-2222-7333-8444-555566667777"
HANDLER_ID = "0192f0a0-3333-7444-8555-666677778888"
MESSAGE_ID = "0192f0c2-0001-7aaa-8bbb-ccccddddeeee"
ATTACHMENT_ID = "0192f0c3-0001-7aaa-8bbb-ccccddddeeee"
TASK_ID = "0192f0c2-0002-7aaa-8bbb-ccccddddeeee"
ENTERPRISE = "上海甲乙丙示例金属制品有限公司（虚构）"
TITLE = "关于裁减三名员工的经济补偿问题"
BODY = "我公司因订单减少，拟与三名员工协商解除劳动合同，想请教经济补偿如何计算、需要履行哪些手续。"
COHORT = f"统一社会信用代码,企业名称,街镇(园区),级别\n91310116MA0FAKE007,{ENTERPRISE},朱泾镇,镇级"
STREAM = (
    "retry: 2000\n\n"
    f'event: notification\ndata: {{"notification_id": "{MESSAGE_ID}", "kind": "demand_replied", '
    f'"subject_id": "{DEMAND_ID}", "subject_version": 6}}\nid: {MESSAGE_ID}\n\n: ping\n\n'
)

ACCOUNT = {
    "person_id": LIAISON_ID,
    "name": "例小明",
    "phone": "138****0001",
    "roles": ["liaison"],
    "unit_code": None,
    "unit_name": None,
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
}
STAFF_ACCOUNT = ACCOUNT | {
    "person_id": HANDLER_ID,
    "name": "例经办",
    "phone": "138****0002",
    "roles": ["agency_contact", "agency_handler"],
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "enterprise_id": None,
    "enterprise_name": None,
    "area_code": None,
}
SESSION = {
    "access_token": "eyJhbGciOiJFZERTQSIsImtpZCI6ImdhdGV3YXkifQ.example.example",
    "token_type": "Bearer",
    "expires_in": 600,
    "refresh_token": "EXAMPLE-REFRESH-TOKEN",
    "refresh_expires_at": "2026-12-23T10:00:00+08:00",
    "account": ACCOUNT,
}
MESSAGE = {
    "id": MESSAGE_ID,
    "kind": "demand_replied",
    "title": "您的需求已答复",
    "body": "区人社局已答复 FH2026-000123，请查看并评价。",
    "subject_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "happened_at": "2026-11-26T09:30:00+08:00",
    "read_at": None,
}
TEMPLATES = {"templates": [{"id": "fahu-demo-reply", "title": "需求答复提醒", "credits": 1}]}
TASK = {
    "id": TASK_ID,
    "person_id": LIAISON_ID,
    "who": "例*",
    "title": "您的需求已答复",
    "subject_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "message_count": 1,
    "cause": "no_consent",
    "cause_text": "未订阅微信提醒",
    "created_at": "2026-11-26T09:31:00+08:00",
    "done_at": None,
    "reached": False,
    "note": "",
}
LIAISON = {"name": "例小红", "phone": "13800000003", "consented": True, "consent_version": "2026-1"}
ENTERPRISE_SHOWN = {
    "id": ENTERPRISE_ID,
    "uscc": "91310116MA0FAKE007",
    "name": ENTERPRISE,
    "area_code": "310116101",
    "designation": {
        "id": "0192f0a0-9999-7222-8333-444455556666",
        "year": 2026,
        "area_code": "310116101",
        "level": "town",
        "active": True,
    },
    "liaison": {
        "person_id": LIAISON_ID,
        "name": "例**",
        "phone": "138****0003",
        "consented_at": "2026-01-15T09:00:00+08:00",
        "consent_version": "2026-1",
        "bound": True,
    },
    "version": 4,
}
UNIT = {
    "code": "hrss",
    "name": "区人社局",
    "kind": "agency",
    "area_code": None,
    "active": True,
    "position": 5,
    "duties": [{"duty": "contact", "person_id": HANDLER_ID, "name": "例经办"}],
}

PENDING: dict[str, Any] = {
    "id": "019ab0d6-c1f2-7c1f-8e0a-5c1d2b3a4f77",
    "kind": "extension",
    "stage": "centre",
    "reason": "需与社保经办机构核对缴费记录。",
    "text": "",
    "unit_code": "hrss",
    "asked_at": "2026-11-27T10:00:00+08:00",
    "day": "2026-12-04",
    "demand_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "title": TITLE,
    "version": 4,
}
CONDITION: dict[str, Any] = {"name": "待市级细则出台", "waiting": 3, "met_at": None, "met_unit": None, "note": ""}
ATTACHMENT = {
    "id": ATTACHMENT_ID,
    "demand_id": None,
    "file_name": "劳动合同.pdf",
    "kind": "pdf",
    "media_type": "application/pdf",
    "size": 183214,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "state": "clean",
    "uploaded_by": LIAISON_ID,
    "uploaded_at": "2026-11-23T10:01:40+08:00",
    "attached_at": None,
}
ATTACHED = ATTACHMENT | {"demand_id": DEMAND_ID, "attached_at": "2026-11-23T10:02:30+08:00"}
FILE = "%PDF-1.7 …"
