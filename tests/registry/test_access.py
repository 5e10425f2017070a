"""Every RPC × every role and service: who gets past the door. A new RPC must be added here to pass."""

from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from google.protobuf import message_factory

from kit.rpc.client import refusal_of
from services.registry.__main__ import SERVICES
from tests import signing
from tests.registry.conftest import World
from tests.registry.files import csv_file, line

LIAISON, CONTACT, HANDLER, AGENCY_LEAD, OPERATOR, CENTRE_LEAD, SUPERVISOR, OFFICER = range(1, 9)
EVERYONE = set(range(1, 9))
ENTERPRISES = {LIAISON, OPERATOR, CENTRE_LEAD, SUPERVISOR, OFFICER}
ALLOWED: dict[str, set[int | str]] = {
    "ListAreas": {*EVERYONE},
    "ListUnits": {*EVERYONE},
    "GetEnterprise": {*ENTERPRISES},
    "ListEnterprises": {*ENTERPRISES},
    "AppointLiaison": {CENTRE_LEAD, OFFICER},
    "ReplaceLiaison": {CENTRE_LEAD, OFFICER},
    "ImportCohort": {CENTRE_LEAD},
    "BatchGetPersonNames": {*EVERYONE},
    "RevealPhone": {OPERATOR, CENTRE_LEAD},
    "SignInWithWechat": {"gateway"},
    "SignInWithPassword": {"gateway"},
    "RefreshSession": {"gateway"},
    "EndSession": {"gateway"},
    "GetAccount": {*EVERYONE},
    "ListRevocations": {"gateway"},
    "BatchGetWechatAddresses": {"notify"},
    "ListLiaisons": {*ENTERPRISES},
    "ResignLiaison": {LIAISON},
    "CreateInvite": {CENTRE_LEAD, OFFICER},
    "GetInvite": {CENTRE_LEAD, OFFICER},
    "RevokeInvite": {CENTRE_LEAD, OFFICER},
    "AskRebinding": {"gateway"},
    "GetOwnRebinding": {*EVERYONE},
    "ObjectRebinding": {*EVERYONE},
    "ListRebindings": {OPERATOR, CENTRE_LEAD, OFFICER},
    "GetRebinding": {OPERATOR, CENTRE_LEAD, OFFICER},
    "DecideRebinding": {CENTRE_LEAD, OFFICER},
    "ListDutyGaps": {OPERATOR, CENTRE_LEAD, SUPERVISOR},
    "ImportDuties": {CENTRE_LEAD},
    "ExportEnterprises": {OPERATOR, CENTRE_LEAD, SUPERVISOR, OFFICER},
    "ExportUnits": {OPERATOR, CENTRE_LEAD, SUPERVISOR},
}
OVERSEERS: set[int | str] = {OPERATOR, CENTRE_LEAD, SUPERVISOR, OFFICER}
PROGRAMME: list[tuple[str, set[int | str]]] = [
    ("ListCohorts GetCohort GetNomination ListNominations ExportNominations", OVERSEERS),
    ("ListDesignations GetDesignation ExportDesignations", OVERSEERS),
    ("BeginCohort SetCohortTargets AdvanceCohort WaiveSurvey PublishCohort CloseCohort", {SUPERVISOR}),
    ("AcceptNomination RejectNomination WithdrawDesignation ReplaceDesignation", {SUPERVISOR}),
    ("CreateNomination UpdateNomination SubmitNomination WithdrawNomination ImportNominations", {OFFICER}),
    ("ListEnterpriseDesignations", {*ENTERPRISES}),
]
ALLOWED |= {name: callers for names, callers in PROGRAMME for name in names.split()}
NEW = {"name": "张三", "phone": "13800000001", "consented": True}
REQUESTS: dict[str, dict[str, Any]] = {
    "GetEnterprise": {"enterprise_id": str(uuid4())},
    "AppointLiaison": {"enterprise_id": str(uuid4()), "liaison": NEW, "request_id": "r"},
    "ReplaceLiaison": {
        "enterprise_id": str(uuid4()),
        "liaison": NEW,
        "reason": "x",
        "expected_version": 1,
        "request_id": "r",
    },
    "ImportCohort": {"year": 2026, "file_name": "a.csv", "content": csv_file([line(1)]), "dry_run": True},
    "RevealPhone": {"person_id": str(uuid4()), "reason": "电话通知"},
    "SignInWithWechat": {"openid": "x"},
    "SignInWithPassword": {"login_name": "x", "password": "x", "totp": "x"},
    "RefreshSession": {"refresh_token": "x"},
    "EndSession": {"refresh_token": "x"},
    "ListLiaisons": {"enterprise_id": str(uuid4())},
    "ResignLiaison": {"reason": "x", "request_id": "r"},
    "CreateInvite": {"enterprise_id": str(uuid4()), "request_id": "r"},
    "GetInvite": {"enterprise_id": str(uuid4())},
    "RevokeInvite": {"enterprise_id": str(uuid4())},
    "AskRebinding": {"openid": "x", "phone": "13800000001"},
    "ObjectRebinding": {"request_id": "r"},
    "GetRebinding": {"rebinding_id": str(uuid4())},
    "DecideRebinding": {"rebinding_id": str(uuid4()), "note": "x", "expected_version": 1, "request_id": "r"},
    "ImportDuties": {"file_name": "a.csv", "content": b"x", "dry_run": True},
}
STAFF = EVERYONE - {LIAISON}
ALLOWED |= {
    "AnalyseSurvey": {SUPERVISOR},
    "ReportSurvey": {SUPERVISOR},
    "GetResults": {OPERATOR, CENTRE_LEAD, SUPERVISOR},
    "ExportResults": {CENTRE_LEAD, SUPERVISOR},
    "ExportAnswers": {CENTRE_LEAD, SUPERVISOR},
    "DrawReport": {OPERATOR, CENTRE_LEAD, SUPERVISOR},
    "ListRecommendations": {*STAFF},
    "GetRecommendation": {*STAFF},
    "ProposeRecommendation": {SUPERVISOR},
    "UpdateRecommendation": {SUPERVISOR},
    "AdoptRecommendation": {SUPERVISOR},
    "DeclineRecommendation": {SUPERVISOR},
    "CompleteRecommendation": {*STAFF},
}
CALLERS: list[int | str] = [*sorted(EVERYONE), "nobody", "gateway", "dispatch", "notify", "registry", "forged"]
METHODS = [method for service in SERVICES for method in service.methods]
READ_SURVEYS: set[int | str] = {OPERATOR, CENTRE_LEAD, SUPERVISOR, OFFICER}
SURVEYS: list[tuple[str, set[int | str]]] = [
    ("CreateSurvey UpdateSurvey OpenSurvey CloseSurvey", {SUPERVISOR}),
    ("SaveQuestionnaire", {CENTRE_LEAD, SUPERVISOR}),
    ("GetSurvey ListSurveys GetQuestionnaire", READ_SURVEYS),
    ("ListInvitations ExportInvitations GetProgress ExportCensus", READ_SURVEYS),
    ("MakeInvitations RemakeLink RemindInvited", {CENTRE_LEAD, OFFICER}),
    ("ImportCensus", {CENTRE_LEAD}),
]
ALLOWED |= {name: callers for names, callers in SURVEYS for name in names.split()}


def test_the_table_names_every_rpc() -> None:
    assert {method.name for method in METHODS} == set(ALLOWED)


async def test_only_the_declared_callers_get_in(world: World) -> None:
    for caller in CALLERS:
        allowed = {method.name for method in METHODS if await admitted(world, method, token(caller))}
        assert allowed == {name for name, callers in ALLOWED.items() if caller in callers}, caller


async def admitted(world: World, method: Any, bearer: str) -> bool:
    """Whether the call got past the door; what it met behind it does not matter here."""
    request = message_factory.GetMessageClass(method.input_type)(**REQUESTS.get(method.name, {}))
    path = f"/{method.containing_service.full_name}/{method.name}"
    async with grpc.aio.insecure_channel(world.target) as channel:
        call: Any = channel.unary_unary(path, request_serializer=type(request).SerializeToString)
        try:
            await call(request, timeout=5, metadata=(("authorization", f"Bearer {bearer}"),))
        except grpc.aio.AioRpcError as error:
            return refusal_of(error).reason not in ("PERMISSION_DENIED", "TOKEN_INVALID")
    return True


def token(caller: int | str) -> str:
    if isinstance(caller, int):
        return signing.token_of(signing.person(Role.ValueType(caller), organisation=uuid4(), area="x"))
    if caller == "nobody":
        return signing.token_of(signing.person())
    if caller == "forged":
        return signing.signer("dispatch").for_person(signing.person(Role.ROLE_CENTRE_LEAD))
    return signing.signer(caller).for_service()


async def test_a_call_without_a_deadline_is_refused(world: World) -> None:
    async with grpc.aio.insecure_channel(world.target) as channel:
        call: Any = channel.unary_unary("/fahu.registry.v1.RegistryService/ListAreas")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"")
    assert refusal_of(caught.value).reason == "DEADLINE_MISSING"
