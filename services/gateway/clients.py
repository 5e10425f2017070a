"""The services behind the door: their stubs, and the names that pages need beside what a service answers."""

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import grpc
from fahu.dispatch.v1.attachment_service_pb2_grpc import AttachmentServiceStub
from fahu.dispatch.v1.calendar_service_pb2_grpc import CalendarServiceStub
from fahu.dispatch.v1.co_handling_service_pb2_grpc import CoHandlingServiceStub
from fahu.dispatch.v1.dispatch_service_pb2 import SubmitDemandResponse
from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceStub
from fahu.dispatch.v1.guard_service_pb2_grpc import GuardServiceStub
from fahu.dispatch.v1.handling_service_pb2_grpc import HandlingServiceStub
from fahu.dispatch.v1.joint_case_service_pb2_grpc import JointCaseServiceStub
from fahu.dispatch.v1.look_back_service_pb2_grpc import LookBackServiceStub
from fahu.dispatch.v1.on_behalf_service_pb2_grpc import OnBehalfServiceStub
from fahu.dispatch.v1.reply_template_service_pb2_grpc import ReplyTemplateServiceStub
from fahu.dispatch.v1.return_service_pb2_grpc import ReturnServiceStub
from fahu.dispatch.v1.routing_service_pb2_grpc import RoutingServiceStub
from fahu.dispatch.v1.supervision_service_pb2_grpc import SupervisionServiceStub
from fahu.dispatch.v1.term_service_pb2_grpc import TermServiceStub
from fahu.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from fahu.registry.v1 import registry_service_pb2 as pb
from fahu.registry.v1.account_service_pb2_grpc import AccountServiceStub
from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceStub
from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceStub
from fahu.registry.v1.registry_service_pb2_grpc import RegistryServiceStub
from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceStub

from kit.auth import TokenSigner
from kit.rpc.carrier import Carried
from kit.rpc.client import RpcChannel

if TYPE_CHECKING:  # these exist for type checkers only
    from fahu.dispatch.v1.attachment_service_pb2_grpc import AttachmentServiceAsyncStub
    from fahu.dispatch.v1.calendar_service_pb2_grpc import CalendarServiceAsyncStub
    from fahu.dispatch.v1.co_handling_service_pb2_grpc import CoHandlingServiceAsyncStub
    from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceAsyncStub
    from fahu.dispatch.v1.guard_service_pb2_grpc import GuardServiceAsyncStub
    from fahu.dispatch.v1.handling_service_pb2_grpc import HandlingServiceAsyncStub
    from fahu.dispatch.v1.joint_case_service_pb2_grpc import JointCaseServiceAsyncStub
    from fahu.dispatch.v1.look_back_service_pb2_grpc import LookBackServiceAsyncStub
    from fahu.dispatch.v1.on_behalf_service_pb2_grpc import OnBehalfServiceAsyncStub
    from fahu.dispatch.v1.reply_template_service_pb2_grpc import ReplyTemplateServiceAsyncStub
    from fahu.dispatch.v1.return_service_pb2_grpc import ReturnServiceAsyncStub
    from fahu.dispatch.v1.routing_service_pb2_grpc import RoutingServiceAsyncStub
    from fahu.dispatch.v1.supervision_service_pb2_grpc import SupervisionServiceAsyncStub
    from fahu.dispatch.v1.term_service_pb2_grpc import TermServiceAsyncStub
    from fahu.notify.v1.notify_service_pb2_grpc import NotifyServiceAsyncStub
    from fahu.registry.v1.account_service_pb2_grpc import AccountServiceAsyncStub
    from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceAsyncStub
    from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceAsyncStub
    from fahu.registry.v1.registry_service_pb2_grpc import RegistryServiceAsyncStub
    from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceAsyncStub

# Names adorn a page: they may not keep it waiting.
NAMES_SECONDS = 1.0
UNITS_KEPT_SECONDS = 60.0
MOST_NAMES = 200
# An attachment of 20 MiB, and what is known of it.
MAX_FILE_ANSWER = 24 * 1024 * 1024
SUBMIT_DEMAND = "/fahu.dispatch.v1.DispatchService/SubmitDemand"
# Done twice these do something twice, or refuse the second time what the first did: a code is used up, somebody looked at a
# number, a call is done, a file is gone, a calendar is the newer one. Whoever asked decides what to do without an answer.
ONCE = (
    "/fahu.registry.v1.AccountService/SignInWithPassword",
    "/fahu.registry.v1.RegistryService/RevealPhone",
    "/fahu.notify.v1.NotifyService/CompleteCallTask",
    "/fahu.dispatch.v1.AttachmentService/DeleteAttachment",
    "/fahu.dispatch.v1.CalendarService/SetCalendar",
)
log = logging.getLogger(__name__)


class Clients:
    """Stubs that speak for the caller being served; `sessions` speaks for the gateway itself."""

    def __init__(self, registry: str, dispatch: str, notify: str, signer: TokenSigner) -> None:
        to_registry, as_gateway = RpcChannel(registry, once=ONCE), RpcChannel(registry, signer=signer, once=ONCE)
        to_dispatch = RpcChannel(dispatch, max_answer_bytes=MAX_FILE_ANSWER, once=ONCE)
        to_notify, carrying = RpcChannel(notify, once=ONCE), RpcChannel(dispatch, signer=signer)
        self._channels = (to_registry, as_gateway, to_dispatch, to_notify, carrying)
        self.registry: RegistryServiceAsyncStub = RegistryServiceStub(_channel(to_registry))
        self.accounts: AccountServiceAsyncStub = AccountServiceStub(_channel(to_registry))
        self.projects: ProjectServiceAsyncStub = ProjectServiceStub(_channel(to_registry))
        self.service_records: ServiceRecordServiceAsyncStub = ServiceRecordServiceStub(_channel(to_registry))
        self.coverage: CoverageServiceAsyncStub = CoverageServiceStub(_channel(to_registry))
        self.sessions: AccountServiceAsyncStub = AccountServiceStub(_channel(as_gateway))
        self.dispatch: DispatchServiceAsyncStub = DispatchServiceStub(_channel(to_dispatch))
        self.submit_demand = Carried(carrying, SUBMIT_DEMAND, self.dispatch.SubmitDemand, SubmitDemandResponse)
        self.handling: HandlingServiceAsyncStub = HandlingServiceStub(_channel(to_dispatch))
        self.returns: ReturnServiceAsyncStub = ReturnServiceStub(_channel(to_dispatch))
        self.co_handling: CoHandlingServiceAsyncStub = CoHandlingServiceStub(_channel(to_dispatch))
        self.routing: RoutingServiceAsyncStub = RoutingServiceStub(_channel(to_dispatch))
        self.guards: GuardServiceAsyncStub = GuardServiceStub(_channel(to_dispatch))
        self.joint_cases: JointCaseServiceAsyncStub = JointCaseServiceStub(_channel(to_dispatch))
        self.reply_templates: ReplyTemplateServiceAsyncStub = ReplyTemplateServiceStub(_channel(to_dispatch))
        self.on_behalf: OnBehalfServiceAsyncStub = OnBehalfServiceStub(_channel(to_dispatch))
        self.calendars: CalendarServiceAsyncStub = CalendarServiceStub(_channel(to_dispatch))
        self.terms: TermServiceAsyncStub = TermServiceStub(_channel(to_dispatch))
        self.look_backs: LookBackServiceAsyncStub = LookBackServiceStub(_channel(to_dispatch))
        self.supervision: SupervisionServiceAsyncStub = SupervisionServiceStub(_channel(to_dispatch))
        self.attachments: AttachmentServiceAsyncStub = AttachmentServiceStub(_channel(to_dispatch))
        self.notify: NotifyServiceAsyncStub = NotifyServiceStub(_channel(to_notify))
        self._units: dict[str, str] = {}
        self._units_until = 0.0

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()

    async def unit_names(self) -> dict[str, str]:
        """Names of all units by code, at most a minute old; older or none while registry is away."""
        if time.monotonic() >= self._units_until:
            try:
                answer = await self.registry.ListUnits(pb.ListUnitsRequest(), timeout=NAMES_SECONDS)
            except grpc.aio.AioRpcError as error:
                log.warning("no names of units: %s", error.code().name)
                return self._units
            self._units = {unit.code: unit.name for unit in answer.units}
            self._units_until = time.monotonic() + UNITS_KEPT_SECONDS
        return self._units

    async def person_names(self, ids: Iterable[str]) -> dict[str, str]:
        """Names of people as the caller may see them; none while registry is away."""
        wanted = sorted({person for person in ids if person})[:MOST_NAMES]
        if not wanted:
            return {}
        request = pb.BatchGetPersonNamesRequest(person_ids=wanted)
        try:
            answer = await self.registry.BatchGetPersonNames(request, timeout=NAMES_SECONDS)
        except grpc.aio.AioRpcError as error:
            log.warning("no names of people: %s", error.code().name)
            return {}
        return {person.person_id: person.name for person in answer.names}


def _channel(channel: RpcChannel) -> Any:
    """Stubs ask no more of a channel than RpcChannel has."""
    return cast(grpc.aio.Channel, channel)
