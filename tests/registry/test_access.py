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
OVERSEERS = {OPERATOR, CENTRE_LEAD, SUPERVISOR}
OF_UNITS = {CONTACT, HANDLER, AGENCY_LEAD, OFFICER}
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
    **{
        key: {*OF_UNITS, *OVERSEERS}
        for key in ("ListProjects", "GetProject", "ListLateNodes", "ExportProjects", "SummariseProjects")
    },
    **{key: {*OF_UNITS} for key in ("CreateProject", "UpdateProject", "AddNode", "MoveNode", "CompleteNode", "RemoveNode")},
    **{key: {AGENCY_LEAD, OFFICER} for key in ("ActivateProject", "CompleteProject", "CancelProject")},
    "NoteProject": {SUPERVISOR},
    "ListProjectGaps": {*OVERSEERS},
    **{key: {OFFICER} for key in ("RecordServices", "WithdrawService", "ImportServiceRecords")},
    **{key: {LIAISON, OFFICER, *OVERSEERS} for key in ("ListServiceRecords", "GetServiceRecord", "ListCoverage")},
    **{key: {LIAISON} for key in ("ConfirmService", "DisputeService")},
    **{key: {OFFICER, *OVERSEERS} for key in ("SummariseCoverage", "ExportCoverage")},
    "SignInWithWechat": {"gateway"},
    "SignInWithPassword": {"gateway"},
    "RefreshSession": {"gateway"},
    "EndSession": {"gateway"},
    "GetAccount": {*EVERYONE},
    "ListRevocations": {"gateway"},
    "BatchGetWechatAddresses": {"notify"},
}
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
}
CALLERS: list[int | str] = [*sorted(EVERYONE), "nobody", "gateway", "dispatch", "notify", "registry", "forged"]
METHODS = [method for service in SERVICES for method in service.methods]


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
