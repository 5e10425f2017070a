"""How to call the RPC that a line of the table names; like doors.py for routes."""

import asyncio
import base64
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf import json_format, message_factory

from kit.rpc.client import refusal_of
from tests.journeys import programme
from tests.journeys.asking import NO_FILE, STALE_RPC, UNSEEN, Door, Fill, about, fixed
from tests.journeys.doors import (
    BACKWARDS,
    LIAISON,
    NO_OTHER,
    REPLY,
    SHEET,
    TEXTS,
    WRITTEN,
    Outcomes,
    submission,
)
from tests.journeys.table import CONTRACTS, Line
from tests.kit.uploads.makers import png

OF_RPCS = Outcomes("UNAUTHENTICATED TOKEN_INVALID", "PERMISSION_DENIED PERMISSION_DENIED", "NOT_FOUND {}")


def _on(**more: Any) -> Fill:
    return lambda thing, column: {
        "on": {"demand_id": thing, "expected_version": UNSEEN, "request_id": uuid4().hex},
        **more,
    }


def _of_case(**more: Any) -> Fill:
    return lambda thing, column: {
        "on": {"joint_case_id": thing, "expected_version": UNSEEN, "request_id": uuid4().hex},
        **more,
    }


def _submit_request(thing: str, column: str) -> dict[str, Any]:
    body = submission(thing, column)
    named = {"kind": "DEMAND_KIND_DEMAND", "channel": f"CHANNEL_{body['channel'].upper()}", "request_id": uuid4().hex}
    return body | named


def _people(thing: str, column: str) -> dict[str, Any]:
    return {"person_ids": [thing]} if thing else {}


REPLY_RPC = REPLY | {"kind": "REPLY_KIND_GUIDANCE", "claim": "CLAIM_EXPLAINED"}
FILE_RPC = {"year": 2031, "file_name": "cohort.csv", "content": base64.b64encode(SHEET.encode()).decode(), "dry_run": True}
CONTENT_RPC = TEXTS | {"state": "STATE_HANDLING"}
NO_TEMPLATE = {"reply_template_id": NO_FILE, "expected_version": UNSEEN, "request_id": "示例"}
CALLS = {
    "UploadAttachment": Door(
        ("OK",),
        lambda thing, column: {
            "file_name": "a.png",
            "content": base64.b64encode(png()).decode(),
            "request_id": uuid4().hex,
        },
    ),
    "GetAttachment": Door(("OK",), about("attachment_id")),
    "DownloadAttachment": Door(("OK",), about("attachment_id")),
    "ListAttachments": Door(("OK",), about("demand_id")),
    "DeleteAttachment": Door(("FAILED_PRECONDITION ATTACHMENT_ATTACHED",), about("attachment_id")),
    "AttachToDemand": Door(
        ("NOT_FOUND ATTACHMENT_NOT_FOUND",), lambda thing, column: {"demand_id": thing, "attachment_ids": [NO_FILE]}
    ),
    "SubmitDemand": Door(("OK",), _submit_request),
    "Carry": Door(("OK",), fixed(calls=[{"method": "/fahu.dispatch.v1.DispatchService/ListCategories"}])),
    "GetDemand": Door(("OK",), about("demand_id")),
    "ListDemandEvents": Door(("OK",), about("demand_id")),
    "ListSimilarDemands": Door(("OK",), fixed(**WRITTEN)),
    "DispatchDemand": Door(STALE_RPC, _on(unit_code="hrss")),
    "AcceptDemand": Door(STALE_RPC, _on()),
    "LogContact": Door(STALE_RPC, _on(note="已电话联系")),
    "SetDisposition": Door(STALE_RPC, _on(kind="DISPOSITION_KIND_IMMEDIATE")),
    "ReplyDemand": Door(STALE_RPC, _on(**REPLY_RPC)),
    "RateDemand": Door(STALE_RPC, _on(satisfaction=5, solved="SOLVED_YES")),
    "WithdrawDemand": Door(STALE_RPC, _on(reason="示例")),
    "OpenLookBack": Door(STALE_RPC, _on(reason="示例")),
    "RecordLookBack": Door(STALE_RPC, _on(outcome="LOOK_BACK_OUTCOME_SOLVED", note="示例")),
    "ReopenDemand": Door(STALE_RPC, _on(new_facts="示例")),
    "DrawSample": Door(("INVALID_ARGUMENT FIELDS_INVALID",), fixed(**BACKWARDS, request_id="示例")),
    "GetSample": Door(("NOT_FOUND SAMPLE_NOT_FOUND",), fixed(sample_id=NO_FILE)),
    "RedrawSample": Door(("NOT_FOUND SAMPLE_NOT_FOUND",), fixed(sample_id=NO_FILE)),
    "IssueOrder": Door(STALE_RPC, _on(level="ORDER_LEVEL_REMINDER", text="示例", due_on="2026-11-30")),
    "AnswerOrder": Door(STALE_RPC, _on(order_id=NO_FILE, answer="示例")),
    "CloseOrder": Door(STALE_RPC, _on(order_id=NO_FILE)),
    "AskAppeal": Door(STALE_RPC, _on(reason="示例")),
    "DecideAppeal": Door(STALE_RPC, _on(uphold=True, ruling="示例")),
    "ExcludeFromKpi": Door(STALE_RPC, _on(reason="示例")),
    "ReportProgress": Door(STALE_RPC, _on(text="示例")),
    "RequestExtension": Door(STALE_RPC, _on(promised_on="2026-11-30", reason="示例")),
    "DecideApproval": Door(STALE_RPC, lambda thing, column: _on(approval_id=str(uuid4()))(thing, column)),
    "RequestInfo": Door(STALE_RPC, _on(questions=["示例？"])),
    "SupplyInfo": Door(STALE_RPC, _on(answer="示例")),
    "ReviewParking": Door(STALE_RPC, _on()),
    "ResumeDemand": Door(STALE_RPC, _on()),
    "ProposeInfeasible": Door(STALE_RPC, _on(conclusion="结论", legal_basis="法", next_steps="下一步")),
    "AskReturn": Door(STALE_RPC, _on(reason="RETURN_REASON_NOT_OUR_DUTY", basis="示例")),
    "DecideReturn": Door(STALE_RPC, _on(approve=True)),
    "SuggestCoHandlers": Door(("OK",), fixed(lead_unit_code="hrss")),
    "AddCoHandler": Door(STALE_RPC, _on(unit_code="hrss")),
    "GiveOpinion": Door(STALE_RPC, _on(opinion="示例")),
    "WaiveOpinion": Door(STALE_RPC, _on(unit_code="hrss", reason="示例")),
    "SetRoutingRule": Door(STALE_RPC, fixed(category_code="hrss", expected_version=UNSEEN, unit_codes=["hrss"])),
    "RevealIdentity": Door(STALE_RPC, _on()),
    "CountYear": Door(("OK",), fixed(year=2031)),
    "GetCalendar": Door(("OK",), fixed(year=2031)),
    "SetCalendar": Door(STALE_RPC, fixed(year=2031, expected_revision=UNSEEN, notice="示例", days_off=["2031-01-01"])),
    "MakeTermRule": Door(("INVALID_ARGUMENT TERM_INVALID",), fixed(terms=[{"name": "x"}], note="示例", request_id="示例")),
    "DecideRoutingSuggestion": Door(("NOT_FOUND SUGGESTION_NOT_FOUND",), fixed(suggestion_id=NO_FILE, decision=2)),
    "CreateJointCase": Door(
        ("FAILED_PRECONDITION JOINT_MEMBERS_REFUSED",),
        lambda thing, column: {"title": "矩阵", "demand_ids": [NO_FILE, NO_OTHER], "request_id": uuid4().hex},
    ),
    "AddToJointCase": Door(STALE_RPC, _of_case(demand_ids=[NO_FILE])),
    "TakeOutOfJointCase": Door(STALE_RPC, _of_case(demand_ids=[NO_FILE], reason="示例")),
    "GetJointCase": Door(("OK",), about("joint_case_id")),
    "ReplyJointCase": Door(STALE_RPC, _of_case(**REPLY_RPC)),
    "DecideJointReply": Door(STALE_RPC, _of_case(approve=True)),
    "GetReplyTemplate": Door(("OK",), about("reply_template_id")),
    "CreateReplyTemplate": Door(("OK",), lambda thing, column: {"content": CONTENT_RPC, "request_id": uuid4().hex}),
    "UpdateReplyTemplate": Door(("NOT_FOUND REPLY_TEMPLATE_NOT_FOUND",), fixed(on=NO_TEMPLATE, content=CONTENT_RPC)),
    "RetireReplyTemplate": Door(("NOT_FOUND REPLY_TEMPLATE_NOT_FOUND",), fixed(on=NO_TEMPLATE)),
    "FileDemands": Door(
        ("INVALID_ARGUMENT DEMANDS_INVALID",), fixed(channel="CHANNEL_PHONE", demands=[{"title": "矩阵"}], request_id="示例")
    ),
    "MeetCondition": Door(("NOT_FOUND CONDITION_NOT_FOUND",), fixed(name="无此条件", note="示例")),
    "MarkRead": Door(("OK",), lambda thing, column: {"notification_ids": [thing]}),
    "RecordConsent": Door(("INVALID_ARGUMENT TEMPLATE_UNKNOWN",), fixed(template_ids=["none"], request_id="示例")),
    "CompleteCallTask": Door(("OK", "FAILED_PRECONDITION CALL_TASK_DONE"), about("call_task_id")),
    "ListDeliveries": Door(("OK",), about("subject_id")),
    "GetEnterprise": Door(("OK",), about("enterprise_id")),
    "AppointLiaison": Door(
        ("ALREADY_EXISTS LIAISON_EXISTS",),
        lambda thing, column: {"enterprise_id": thing, "liaison": LIAISON, "request_id": uuid4().hex},
    ),
    "ReplaceLiaison": Door(
        STALE_RPC,
        lambda thing, column: {
            "enterprise_id": thing,
            "liaison": LIAISON,
            "reason": "示例",
            "expected_version": UNSEEN,
            "request_id": uuid4().hex,
        },
    ),
    "ImportCohort": Door(("OK",), fixed(**FILE_RPC)),
    "BatchGetPersonNames": Door(("OK",), _people),
    "BatchGetWechatAddresses": Door(("OK",), _people),
    "RevealPhone": Door(("OK",), lambda thing, column: {"person_id": thing, "reason": "电话联系"}),
    "SignInWithWechat": Door(("FAILED_PRECONDITION WECHAT_NOT_BOUND",), fixed(openid="a-stranger")),
    "SignInWithPassword": Door(
        ("UNAUTHENTICATED CREDENTIALS_WRONG",), fixed(login_name="nobody", password="x", totp="000000")
    ),
    "RefreshSession": Door(("UNAUTHENTICATED SESSION_ENDED",), fixed(refresh_token="made-up")),
    "EndSession": Door(("OK",), fixed(refresh_token="made-up")),
    "ListLiaisons": Door(("OK",), about("enterprise_id")),
    "ImportLiaisons": Door(("OK",), fixed(file_name="cohort.csv", content=FILE_RPC["content"], dry_run=True)),
    "ResignLiaison": Door(("INVALID_ARGUMENT FIELDS_INVALID",), fixed(reason=" ", request_id="示例")),
    "CreateInvite": Door(
        ("FAILED_PRECONDITION INVITE_NOT_NEEDED",),
        lambda thing, column: {"enterprise_id": thing, "request_id": uuid4().hex},
    ),
    "GetInvite": Door(("NOT_FOUND INVITE_NOT_FOUND",), about("enterprise_id")),
    "RevokeInvite": Door(("OK",), about("enterprise_id")),
    "AskRebinding": Door(("PERMISSION_DENIED NOT_ON_ROSTER",), fixed(openid="a-stranger", phone="13700000000")),
    "GetOwnRebinding": Door(("NOT_FOUND REBINDING_NOT_FOUND",)),
    "ObjectRebinding": Door(("NOT_FOUND REBINDING_NOT_FOUND",), fixed(request_id="示例")),
    "GetRebinding": Door(("NOT_FOUND REBINDING_NOT_FOUND",), fixed(rebinding_id=NO_FILE)),
    "DecideRebinding": Door(
        ("NOT_FOUND REBINDING_NOT_FOUND",),
        fixed(rebinding_id=NO_FILE, note="示例", expected_version=UNSEEN, request_id="示例"),
    ),
    "ImportDuties": Door(
        ("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), fixed(file_name="cohort.csv", content=FILE_RPC["content"])
    ),
}
PLAIN_CALL = Door(("OK",))


async def call(channels: dict[str, grpc.aio.Channel], line: Line, token: str, thing: str, column: str) -> str:
    """Call an RPC at its service; returns code and reason."""
    service, name = line.name.split("/")
    contract = next(one for one in CONTRACTS if one.name == service)
    method = contract.methods_by_name[name]
    request = message_factory.GetMessageClass(method.input_type)()
    json_format.ParseDict((CALLS | programme.CALLS).get(name, PLAIN_CALL).body(thing, column), request)
    server = "dispatch" if contract.name == "CarrierService" else contract.full_name.split(".")[1]
    stub = channels[server].unary_unary(
        f"/{contract.full_name}/{name}",
        request_serializer=type(request).SerializeToString,
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    try:
        async with asyncio.timeout(15):
            await stub(request, timeout=10, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {refusal_of(error).reason}"
    return "OK"
