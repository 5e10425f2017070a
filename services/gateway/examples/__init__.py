"""A realistic example for every operation, by operation id."""

from typing import Any

from services.gateway.examples import (
    arbitration,
    cohorts,
    consultations,
    corps,
    courses,
    courseware,
    findings,
    guards,
    joint,
    lecture_requests,
    liaisons,
    oversight,
    plaques,
    projects,
    survey_links,
    surveys,
    working_days,
)
from services.gateway.examples.demands import (
    ACCEPTED,
    CLOSED,
    CONTACTED,
    DEMAND,
    HANDLING,
    LINE,
    PROMISE,
    RATING,
    REPLIED,
    REPLY,
    TIMELINE_LINE,
    WITHDRAWN,
)
from services.gateway.examples.refusals import problem
from services.gateway.examples.things import (
    ACCOUNT,
    ATTACHED,
    ATTACHMENT,
    ATTACHMENT_ID,
    BODY,
    COHORT,
    CONDITION,
    DEMAND_ID,
    ENTERPRISE_ID,
    ENTERPRISE_SHOWN,
    FILE,
    LIAISON,
    LIAISON_ID,
    MESSAGE,
    MESSAGE_ID,
    PENDING,
    SESSION,
    STAFF_ACCOUNT,
    STREAM,
    TASK,
    TASK_ID,
    TEMPLATES,
    TITLE,
    UNIT,
)

__all__ = ["OPERATIONS", "PARAMETERS", "problem"]

PARTS = (
    arbitration,
    cohorts,
    consultations,
    corps,
    courses,
    courseware,
    findings,
    guards,
    joint,
    lecture_requests,
    liaisons,
    oversight,
    plaques,
    projects,
    survey_links,
    surveys,
    working_days,
)
# By operation id: what is sent, and what comes back.
OPERATIONS: dict[str, dict[str, Any]] = {name: one for part in PARTS for name, one in part.OPERATIONS.items()} | {
    "submit_demand": {
        "request": {"kind": "demand", "category_code": "hrss", "title": TITLE, "body": BODY},
        "response": DEMAND,
    },
    "file_demands": {
        "request": {
            "channel": "on_site",
            "demands": [
                {
                    "kind": "demand",
                    "category_code": "hrss",
                    "title": TITLE,
                    "body": BODY,
                    "enterprise_id": ENTERPRISE_ID,
                }
            ],
        },
        "response": {"demands": [LINE | {"channel": "on_site", "submitted_for_by_unit": "area-310116101"}]},
    },
    "list_demands": {"response": {"demands": [LINE], "next_page_token": ""}},
    "count_demands": {"response": {"counts": [{"state": "dispatched", "count": 3}, {"state": "closed", "count": 41}]}},
    "list_similar_demands": {
        "request": {"title": TITLE, "body": BODY, "category_code": "hrss"},
        "response": {"similar": [{"demand": LINE, "score": 0.87}]},
    },
    "get_demand": {"response": DEMAND},
    "dispatch_demand": {
        "request": {"unit_code": "hrss", "note": "请按劳动用工类办理。", "co_unit_codes": ["market_reg"]},
        "response": DEMAND,
    },
    "accept_demand": {"response": ACCEPTED},
    "log_contact": {"request": {"note": "已电话联系，约定周三上门查看合同。"}, "response": CONTACTED},
    "set_disposition": {
        "request": {key: PROMISE[key] for key in ("kind", "explanation", "promised_on")},
        "response": HANDLING,
    },
    "reply_demand": {"request": REPLY, "response": REPLIED},
    "rate_demand": {"request": RATING, "response": CLOSED},
    "withdraw_demand": {
        "request": {"reason": "已与员工协商一致，不再需要。", "asked_by_agency": False},
        "response": WITHDRAWN,
    },
    "request_extension": {
        "request": {"promised_on": "2026-12-04", "reason": "需与社保经办机构核对缴费记录。"},
        "response": HANDLING,
    },
    "decide_approval": {"request": {"approve": True, "note": "情况属实，同意。"}, "response": HANDLING},
    "list_approvals": {"response": {"approvals": [PENDING]}},
    "request_info": {"request": {"questions": ["三名员工的入职时间？", "劳动合同是否到期？"]}, "response": HANDLING},
    "report_progress": {
        "request": {"text": "已会同社保经办机构核对缴费记录，预计下月初出具书面意见。"},
        "response": HANDLING,
    },
    "supply_info": {"request": {"answer": "均于2021年入职，合同尚未到期。"}, "response": HANDLING},
    "review_parking": {
        "request": {
            "explanation": "市级细则仍在征求意见，预计明年一季度出台。",
            "condition_tags": ["待市级细则出台"],
            "review_on": "2027-02-01",
        },
        "response": HANDLING,
    },
    "resume_demand": {
        "request": {"promised_on": "2026-12-01", "explanation": "细则已出台，现按新规定为您办理。"},
        "response": HANDLING,
    },
    "propose_infeasible": {
        "request": {
            "conclusion": "该地块规划已明确，不再调整用途。",
            "legal_basis": "《城乡规划法》第四十七条",
            "next_steps": "可联系所在园区另行选址。",
        },
        "response": HANDLING,
    },
    "list_conditions": {"response": {"conditions": [CONDITION]}},
    "meet_condition": {
        "request": {"name": "待市级细则出台", "note": "沪人社规〔2026〕18号已印发"},
        "response": CONDITION
        | {"met_at": "2026-12-01T10:00:00+08:00", "met_unit": "hrss", "note": "沪人社规〔2026〕18号已印发"},
    },
    "upload_attachment": {"request": FILE, "response": ATTACHMENT},
    "get_attachment": {"response": ATTACHMENT},
    "download_attachment": {"response": FILE},
    "list_attachments": {"response": {"attachments": [ATTACHED]}},
    "attach_to_demand": {"request": {"attachment_ids": [ATTACHMENT_ID]}, "response": {"attachments": [ATTACHED]}},
    "list_demand_events": {"response": {"events": [TIMELINE_LINE]}},
    "list_deliveries": {
        "response": {
            "deliveries": [
                {
                    "notification_id": MESSAGE_ID,
                    "person_id": LIAISON_ID,
                    "who": "例小明",
                    "kind": "demand_replied",
                    "state": "sent",
                    "attempts": 1,
                    "error_code": 0,
                    "updated_at": "2026-11-26T09:30:01+08:00",
                }
            ]
        }
    },
    "list_notifications": {"response": {"notifications": [MESSAGE], "next_page_token": ""}},
    "count_unread": {"response": {"unread_count": 3}},
    "mark_read": {"request": {"notification_ids": [MESSAGE_ID]}, "response": {"unread_count": 2}},
    "list_templates": {"response": TEMPLATES},
    "record_consent": {"request": {"template_ids": ["fahu-demo-reply"]}, "response": TEMPLATES},
    "sign_in_with_wechat": {
        "request": {"code": "EXAMPLE-LOGIN-CODE", "phone_code": "EXAMPLE-PHONE-CODE"},
        "response": SESSION,
    },
    "sign_in_with_password": {
        "request": {"login_name": "li.jingban", "password": "EXAMPLE-PASSWORD", "totp": "123456"},
        "response": SESSION | {"account": STAFF_ACCOUNT},
    },
    "refresh_session": {"request": {"refresh_token": "EXAMPLE-REFRESH-TOKEN"}, "response": SESSION},
    "sign_out": {"request": {"refresh_token": "EXAMPLE-REFRESH-TOKEN"}},
    "get_account": {"response": ACCOUNT},
    "list_categories": {
        "response": {
            "categories": [
                {"code": "hrss", "name": "区人社局", "hint": "劳动用工、工资、社会保险、工伤", "unit_code": "hrss"},
                {"code": "unsure", "name": "不确定", "hint": "由区综治中心研判后转交", "unit_code": None},
            ]
        }
    },
    "list_areas": {
        "response": {"areas": [{"code": "310116101", "name": "朱泾镇", "kind": "town", "district_quota": 3}]},
    },
    "list_units": {"response": {"units": [UNIT]}},
    "list_enterprises": {"response": {"enterprises": [ENTERPRISE_SHOWN], "next_page_token": ""}},
    "get_enterprise": {"response": ENTERPRISE_SHOWN},
    "appoint_liaison": {"request": LIAISON, "response": ENTERPRISE_SHOWN},
    "replace_liaison": {
        "request": {"liaison": LIAISON, "reason": "原联系人离职"},
        "response": ENTERPRISE_SHOWN | {"version": 5},
    },
    "list_call_tasks": {"response": {"call_tasks": [TASK], "next_page_token": ""}},
    "complete_call_task": {
        "request": {"reached": True, "note": "已电话告知答复内容。"},
        "response": TASK | {"reached": True, "note": "已电话告知答复内容。", "done_at": "2026-11-26T10:00:00+08:00"},
    },
    "reveal_phone": {
        "request": {"reason": "微信未送达，电话告知答复"},
        "response": {"name": "例小明", "phone": "13800000001"},
    },
    "import_cohort": {
        "request": COHORT,
        "response": {"row_count": 1, "created_count": 0, "errors": []},
    },
    "listen": {"response": STREAM},
    "health": {"response": {"status": "ok"}},
}
# By the name of a path or query parameter.
PARAMETERS: dict[str, Any] = {name: one for part in PARTS for name, one in getattr(part, "PARAMETERS", {}).items()} | {
    "demand_id": DEMAND_ID,
    "attachment_id": ATTACHMENT_ID,
    "file_name": "劳动合同.pdf",
    "enterprise_id": ENTERPRISE_ID,
    "person_id": LIAISON_ID,
    "task_id": TASK_ID,
    "year": 2026,
    "state": ["dispatched", "accepted"],
    "agency": "hrss",
    "area": "310116101",
    "category": "hrss",
    "from": "2026-11-01T00:00:00+08:00",
    "until": "2026-12-01T00:00:00+08:00",
    "text": "经济补偿",
    "page_size": 20,
    "page_token": "",
    "dry_run": True,
    "on": "2026-06-30",
    "kind": "agency",
    "level": "town",
}
