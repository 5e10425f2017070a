"""The services behind the door: their stubs, and the names that pages need beside what a service answers."""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import grpc
from fahu.courses.v1.attendance_service_pb2_grpc import AttendanceServiceStub
from fahu.courses.v1.booking_service_pb2 import BookLectureResponse
from fahu.courses.v1.booking_service_pb2_grpc import BookingServiceStub
from fahu.courses.v1.calendar_feed_service_pb2_grpc import CalendarFeedServiceStub
from fahu.courses.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from fahu.courses.v1.consultation_record_service_pb2_grpc import ConsultationRecordServiceStub
from fahu.courses.v1.consultation_service_pb2_grpc import ConsultationServiceStub
from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceStub
from fahu.courses.v1.courseware_file_service_pb2_grpc import CoursewareFileServiceStub
from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceStub
from fahu.courses.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from fahu.courses.v1.lecture_request_service_pb2_grpc import LectureRequestServiceStub
from fahu.courses.v1.lecture_service_pb2_grpc import LectureServiceStub
from fahu.courses.v1.need_service_pb2_grpc import NeedServiceStub
from fahu.courses.v1.slot_booking_service_pb2_grpc import SlotBookingServiceStub
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
from fahu.registry.v1.cohort_service_pb2_grpc import CohortServiceStub
from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceStub
from fahu.registry.v1.designation_service_pb2_grpc import DesignationServiceStub
from fahu.registry.v1.duty_service_pb2_grpc import DutyServiceStub
from fahu.registry.v1.export_service_pb2_grpc import ExportServiceStub
from fahu.registry.v1.findings_service_pb2_grpc import FindingsServiceStub
from fahu.registry.v1.invitation_service_pb2_grpc import InvitationServiceStub
from fahu.registry.v1.invite_service_pb2_grpc import InviteServiceStub
from fahu.registry.v1.liaison_service_pb2_grpc import LiaisonServiceStub
from fahu.registry.v1.nomination_service_pb2_grpc import NominationServiceStub
from fahu.registry.v1.plaque_service_pb2_grpc import PlaqueServiceStub
from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceStub
from fahu.registry.v1.rebinding_service_pb2_grpc import RebindingServiceStub
from fahu.registry.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from fahu.registry.v1.registry_service_pb2_grpc import RegistryServiceStub
from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceStub
from fahu.registry.v1.survey_answer_service_pb2_grpc import SurveyAnswerServiceStub
from fahu.registry.v1.survey_service_pb2_grpc import SurveyServiceStub

from kit.auth import TokenSigner
from kit.rpc.carrier import Carried
from kit.rpc.client import RpcChannel

if TYPE_CHECKING:  # these exist for type checkers only
    from fahu.courses.v1.attendance_service_pb2_grpc import AttendanceServiceAsyncStub
    from fahu.courses.v1.booking_service_pb2_grpc import BookingServiceAsyncStub
    from fahu.courses.v1.calendar_feed_service_pb2_grpc import CalendarFeedServiceAsyncStub
    from fahu.courses.v1.catalogue_service_pb2_grpc import CatalogueServiceAsyncStub
    from fahu.courses.v1.consultation_record_service_pb2_grpc import ConsultationRecordServiceAsyncStub
    from fahu.courses.v1.consultation_service_pb2_grpc import ConsultationServiceAsyncStub
    from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceAsyncStub
    from fahu.courses.v1.courseware_file_service_pb2_grpc import CoursewareFileServiceAsyncStub
    from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceAsyncStub
    from fahu.courses.v1.evaluation_service_pb2_grpc import EvaluationServiceAsyncStub
    from fahu.courses.v1.lecture_request_service_pb2_grpc import LectureRequestServiceAsyncStub
    from fahu.courses.v1.lecture_service_pb2_grpc import LectureServiceAsyncStub
    from fahu.courses.v1.need_service_pb2_grpc import NeedServiceAsyncStub
    from fahu.courses.v1.slot_booking_service_pb2_grpc import SlotBookingServiceAsyncStub
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
    from fahu.registry.v1.cohort_service_pb2_grpc import CohortServiceAsyncStub
    from fahu.registry.v1.coverage_service_pb2_grpc import CoverageServiceAsyncStub
    from fahu.registry.v1.designation_service_pb2_grpc import DesignationServiceAsyncStub
    from fahu.registry.v1.duty_service_pb2_grpc import DutyServiceAsyncStub
    from fahu.registry.v1.export_service_pb2_grpc import ExportServiceAsyncStub
    from fahu.registry.v1.findings_service_pb2_grpc import FindingsServiceAsyncStub
    from fahu.registry.v1.invitation_service_pb2_grpc import InvitationServiceAsyncStub
    from fahu.registry.v1.invite_service_pb2_grpc import InviteServiceAsyncStub
    from fahu.registry.v1.liaison_service_pb2_grpc import LiaisonServiceAsyncStub
    from fahu.registry.v1.nomination_service_pb2_grpc import NominationServiceAsyncStub
    from fahu.registry.v1.plaque_service_pb2_grpc import PlaqueServiceAsyncStub
    from fahu.registry.v1.project_service_pb2_grpc import ProjectServiceAsyncStub
    from fahu.registry.v1.rebinding_service_pb2_grpc import RebindingServiceAsyncStub
    from fahu.registry.v1.recommendation_service_pb2_grpc import RecommendationServiceAsyncStub
    from fahu.registry.v1.registry_service_pb2_grpc import RegistryServiceAsyncStub
    from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceAsyncStub
    from fahu.registry.v1.survey_answer_service_pb2_grpc import SurveyAnswerServiceAsyncStub
    from fahu.registry.v1.survey_service_pb2_grpc import SurveyServiceAsyncStub

# Names adorn a page: they may not keep it waiting.
NAMES_SECONDS = 1.0
UNITS_KEPT_SECONDS = 60.0
MOST_NAMES = 200
# An attachment of 20 MiB and what is known of it, or the plaques of a year.
MAX_FILE_ANSWER = 24 * 1024 * 1024
SUBMIT_DEMAND = "/fahu.dispatch.v1.DispatchService/SubmitDemand"
BOOK_LECTURE = "/fahu.courses.v1.BookingService/BookLecture"
# Done twice these do something twice, or refuse the second time what the first did: a code is used up, somebody looked at a
# number, part B is given, a call is done, a file is gone, a calendar is the newer one, a secret is
# made. Whoever asked decides what to do without an answer.
ONCE = (
    "/fahu.registry.v1.AccountService/SignInWithPassword",
    "/fahu.registry.v1.RegistryService/RevealPhone",
    "/fahu.registry.v1.SurveyAnswerService/GiveSurveyOpinion",
    "/fahu.registry.v1.RebindingService/AskRebinding",
    "/fahu.registry.v1.InvitationService/MakeInvitations",
    "/fahu.registry.v1.InvitationService/RemakeLink",
    "/fahu.notify.v1.NotifyService/CompleteCallTask",
    "/fahu.dispatch.v1.AttachmentService/DeleteAttachment",
    "/fahu.courses.v1.CoursewareFileService/DeleteCoursewareFile",
    "/fahu.dispatch.v1.CalendarService/SetCalendar",
    "/fahu.courses.v1.AttendanceService/OpenCheckIn",
    "/fahu.courses.v1.EvaluationService/MakeRatingLink",
    "/fahu.courses.v1.EvaluationService/GiveEmployeeEvaluation",
    "/fahu.courses.v1.CalendarFeedService/RenewCalendarFeed",
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Targets:
    """Where gRPC finds each service."""

    registry: str
    dispatch: str
    courses: str
    notify: str


class Clients:
    """Stubs that speak for the caller being served; `sessions` and `asking` speak for the gateway itself."""

    def __init__(self, targets: Targets, signer: TokenSigner) -> None:
        to_registry = RpcChannel(targets.registry, max_answer_bytes=MAX_FILE_ANSWER, once=ONCE)
        as_gateway = RpcChannel(targets.registry, signer=signer, once=ONCE)
        to_dispatch = RpcChannel(targets.dispatch, max_answer_bytes=MAX_FILE_ANSWER, once=ONCE)
        to_notify, carrying = RpcChannel(targets.notify, once=ONCE), RpcChannel(targets.dispatch, signer=signer)
        to_courses = RpcChannel(targets.courses, max_answer_bytes=MAX_FILE_ANSWER, once=ONCE)
        carrying_to_courses = RpcChannel(targets.courses, signer=signer, once=ONCE)
        self._channels = (to_registry, as_gateway, to_dispatch, to_notify, carrying, to_courses, carrying_to_courses)
        self._speak_to_registry(_channel(to_registry), _channel(as_gateway))
        self._speak_to_courses(_channel(to_courses), _channel(carrying_to_courses))
        self.book_lecture = Carried(carrying_to_courses, BOOK_LECTURE, self.bookings.BookLecture, BookLectureResponse)
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

    def _speak_to_courses(self, of_caller: Any, of_gateway: Any) -> None:
        self.attendance: AttendanceServiceAsyncStub = AttendanceServiceStub(of_caller)
        self.evaluations: EvaluationServiceAsyncStub = EvaluationServiceStub(of_caller)
        self.rating_links: EvaluationServiceAsyncStub = EvaluationServiceStub(of_gateway)
        self.calendar_feeds: CalendarFeedServiceAsyncStub = CalendarFeedServiceStub(of_caller)
        self.subscribed: CalendarFeedServiceAsyncStub = CalendarFeedServiceStub(of_gateway)
        self.lectures: LectureServiceAsyncStub = LectureServiceStub(of_caller)
        self.bookings: BookingServiceAsyncStub = BookingServiceStub(of_caller)
        self.lecture_requests: LectureRequestServiceAsyncStub = LectureRequestServiceStub(of_caller)
        self.consultations: ConsultationServiceAsyncStub = ConsultationServiceStub(of_caller)
        self.slot_bookings: SlotBookingServiceAsyncStub = SlotBookingServiceStub(of_caller)
        self.consultation_records: ConsultationRecordServiceAsyncStub = ConsultationRecordServiceStub(of_caller)
        self.corps: CorpsServiceAsyncStub = CorpsServiceStub(of_caller)
        self.courseware: CoursewareServiceAsyncStub = CoursewareServiceStub(of_caller)
        self.courseware_files: CoursewareFileServiceAsyncStub = CoursewareFileServiceStub(of_caller)
        self.needs: NeedServiceAsyncStub = NeedServiceStub(of_caller)
        self.catalogues: CatalogueServiceAsyncStub = CatalogueServiceStub(of_caller)

    def _speak_to_registry(self, of_caller: Any, of_gateway: Any) -> None:
        self.registry: RegistryServiceAsyncStub = RegistryServiceStub(of_caller)
        self.accounts: AccountServiceAsyncStub = AccountServiceStub(of_caller)
        self.surveys: SurveyServiceAsyncStub = SurveyServiceStub(of_caller)
        self.invitations: InvitationServiceAsyncStub = InvitationServiceStub(of_caller)
        self.findings: FindingsServiceAsyncStub = FindingsServiceStub(of_caller)
        self.recommendations: RecommendationServiceAsyncStub = RecommendationServiceStub(of_caller)
        self.cohorts: CohortServiceAsyncStub = CohortServiceStub(of_caller)
        self.nominations: NominationServiceAsyncStub = NominationServiceStub(of_caller)
        self.designations: DesignationServiceAsyncStub = DesignationServiceStub(of_caller)
        self.sessions: AccountServiceAsyncStub = AccountServiceStub(of_gateway)
        self.plaques: PlaqueServiceAsyncStub = PlaqueServiceStub(of_caller)
        self.verification: PlaqueServiceAsyncStub = PlaqueServiceStub(of_gateway)
        self.survey_answers: SurveyAnswerServiceAsyncStub = SurveyAnswerServiceStub(of_gateway)
        self.liaisons: LiaisonServiceAsyncStub = LiaisonServiceStub(of_caller)
        self.invites: InviteServiceAsyncStub = InviteServiceStub(of_caller)
        self.rebindings: RebindingServiceAsyncStub = RebindingServiceStub(of_caller)
        self.asking: RebindingServiceAsyncStub = RebindingServiceStub(of_gateway)
        self.duties: DutyServiceAsyncStub = DutyServiceStub(of_caller)
        self.exports: ExportServiceAsyncStub = ExportServiceStub(of_caller)
        self.projects: ProjectServiceAsyncStub = ProjectServiceStub(of_caller)
        self.service_records: ServiceRecordServiceAsyncStub = ServiceRecordServiceStub(of_caller)
        self.coverage: CoverageServiceAsyncStub = CoverageServiceStub(of_caller)

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
