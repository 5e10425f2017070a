"""Every RPC is safe to repeat, or is asked once: one that is neither must be thought about before it is served."""

import importlib
import pkgutil
from collections.abc import Iterator

import fahu
from google.protobuf.descriptor import MethodDescriptor

from services.gateway.clients import ONCE

READS = ("Get", "List", "Count", "BatchGet", "Suggest", "Download", "Redraw", "Draw", "Export", "Summarise", "Verify")
# The same when done twice: what is so already stays so, and the answer says the same.
SAME_TWICE = {
    "AttachToDemand",
    "DecideRoutingSuggestion",
    "EndSession",
    "ImportCensus",
    "ImportCohort",
    "ImportDuties",
    "ImportLectures",
    "ImportLiaisons",
    "ImportMembers",
    "ImportNeeds",
    "ImportNominations",
    "ImportProjects",
    "ImportServiceRecords",
    "MakePlaques",
    "MarkRead",
    "MeetCondition",
    "RefreshSession",
    "RevokeInvite",
    "SaveSurveyDraft",
    "SetRoutingRule",
    "SignInWithWechat",
}


# They know a retry, and cannot tell again what they told once.
TOLD_ONCE = {
    "/fahu.registry.v1.InvitationService/MakeInvitations",
    "/fahu.registry.v1.InvitationService/RemakeLink",
}


def methods() -> Iterator[tuple[str, MethodDescriptor]]:
    for module in pkgutil.walk_packages(fahu.__path__, "fahu."):
        if module.name.endswith("_service_pb2"):
            for service in importlib.import_module(module.name).DESCRIPTOR.services_by_name.values():
                yield from ((f"/{service.full_name}/{method.name}", method) for method in service.methods)


def carries_request_id(method: MethodDescriptor) -> bool:
    fields = list(method.input_type.fields)
    fields += [inner for field in fields if field.message_type for inner in field.message_type.fields]
    return "request_id" in {field.name for field in fields}


def test_what_is_not_safe_to_repeat_is_asked_once() -> None:
    known = dict(methods())
    doubtful = {
        path
        for path, method in known.items()
        if not carries_request_id(method) and not method.name.startswith(READS) and method.name not in SAME_TWICE
    }
    assert doubtful | TOLD_ONCE == set(ONCE)
