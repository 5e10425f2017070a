"""EvaluationService: what those who came think of a lecture."""

from typing import Any
from uuid import UUID

from fahu.courses.v1 import evaluation_service_pb2 as rpc
from fahu.courses.v1.evaluation_service_pb2_grpc import EvaluationServiceServicer

from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.courses.models import Evaluation
from services.courses.queries import evaluations as queries
from services.courses.queries.lectures import LectureView
from services.courses.service import evaluations
from services.courses.service.evaluations import Said
from services.courses.servicer.edge import errand, now, stamp


class EvaluationServicer(EvaluationServiceServicer):
    """See proto/fahu/courses/v1/evaluation_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def GiveEvaluation(self, request: rpc.GiveEvaluationRequest, context: Any) -> rpc.GiveEvaluationResponse:
        actor, booking_id = actor_of(context), UUID(request.booking_id)
        async with errand(self.db, actor, request, request.request_id) as begun:
            await evaluations.give(begun, booking_id, _said(request.content))
            found = await queries.own_evaluation(begun.session, actor, booking_id)
            return rpc.GiveEvaluationResponse(content=_content(found))

    async def GetEvaluation(self, request: rpc.GetEvaluationRequest, context: Any) -> rpc.GetEvaluationResponse:
        async with self.db.read() as session:
            found = await queries.own_evaluation(session, actor_of(context), UUID(request.booking_id))
        return rpc.GetEvaluationResponse(content=_content(found))

    async def GetLectureEvaluations(
        self, request: rpc.GetLectureEvaluationsRequest, context: Any
    ) -> rpc.GetLectureEvaluationsResponse:
        async with self.db.read() as session:
            found = await queries.results(session, actor_of(context), UUID(request.lecture_id))
        averages = rpc.Averages() if found.averages else None
        if averages and found.averages:
            averages.content, averages.usefulness, averages.delivery = found.averages
        return rpc.GetLectureEvaluationsResponse(count=found.count, averages=averages, comments=found.comments)

    async def MakeRatingLink(self, request: rpc.MakeRatingLinkRequest, context: Any) -> rpc.MakeRatingLinkResponse:
        async with self.db.begin() as session:
            token, lecture_id = await evaluations.make_link(session, request.scene, now())
            view = await queries.rated_lecture(session, lecture_id)
            return rpc.MakeRatingLinkResponse(token=token, lecture=_rated(view))

    async def GetRatingLink(self, request: rpc.GetRatingLinkRequest, context: Any) -> rpc.GetRatingLinkResponse:
        async with self.db.read() as session:
            link = await queries.link_of(session, request.token)
            view = await queries.rated_lecture(session, link.lecture_id)
            return rpc.GetRatingLinkResponse(lecture=_rated(view), given=await queries.was_used(session, link))

    async def GiveEmployeeEvaluation(
        self, request: rpc.GiveEmployeeEvaluationRequest, context: Any
    ) -> rpc.GiveEmployeeEvaluationResponse:
        async with self.db.begin() as session:
            await evaluations.give_by_link(session, request.token, _said(request.content), now())
        return rpc.GiveEmployeeEvaluationResponse()


def _said(given: rpc.EvaluationContent) -> Said:
    return Said(given.content, given.usefulness, given.delivery, given.comment.strip())


def _content(one: Evaluation) -> rpc.EvaluationContent:
    scores = {"content": one.content, "usefulness": one.usefulness, "delivery": one.delivery}
    return rpc.EvaluationContent(**scores, comment=one.comment)


def _rated(view: LectureView) -> rpc.RatedLecture:
    return rpc.RatedLecture(
        title=view.lecture.title,
        place=view.lecture.place,
        starts_at=stamp(view.lecture.starts_at),
        ends_at=stamp(view.lecture.ends_at),
        unit_name=view.unit_name,
        lecturer_name=view.lecturer_name,
    )
