"""SurveyService: the life of surveys, and their questionnaires."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import survey_service_pb2, survey_service_pb2_grpc
from google.protobuf.message import Message

from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.registry.errors import SurveyDaysInvalid
from services.registry.models import QuestionnaireVersion
from services.registry.personal import PersonalData
from services.registry.queries import surveys as queries
from services.registry.queries.surveys import SurveyView
from services.registry.rules.surveys import Audience, SurveyKind
from services.registry.service import closing, questionnaires, surveys
from services.registry.service.audit import Retry
from services.registry.service.surveys import Change, SurveyDraft
from services.registry.servicer import encode

pb = survey_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class SurveyServicer(survey_service_pb2_grpc.SurveyServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def CreateSurvey(self, request: pb.CreateSurveyRequest, context: Context) -> pb.CreateSurveyResponse:
        kind = SurveyKind(pb.SurveyKind.Name(request.kind).removeprefix("SURVEY_KIND_"))
        audience = Audience(pb.SurveyAudience.Name(request.audience).removeprefix("SURVEY_AUDIENCE_"))
        async with self.db.begin() as session:
            survey_id = await surveys.create_survey(
                session,
                actor_of(context),
                request.year,
                kind,
                audience,
                _draft(request.content),
                self._retry(request, request.request_id),
                datetime.now(UTC),
            )
        return pb.CreateSurveyResponse(survey=await self._survey(survey_id))

    async def GetSurvey(self, request: pb.GetSurveyRequest, context: Context) -> pb.GetSurveyResponse:
        return pb.GetSurveyResponse(survey=await self._survey(UUID(request.survey_id)))

    async def ListSurveys(self, request: pb.ListSurveysRequest, context: Context) -> pb.ListSurveysResponse:
        async with self.db.read() as session:
            views, token = await queries.surveys_page(session, request.year, request.page_size, request.page_token)
        return pb.ListSurveysResponse(surveys=[_encode(view) for view in views], next_page_token=token)

    async def UpdateSurvey(self, request: pb.UpdateSurveyRequest, context: Context) -> pb.UpdateSurveyResponse:
        change = self._change(request, request.on)
        async with self.db.begin() as session:
            draft = _draft(request.content)
            await surveys.update_survey(session, actor_of(context), change, draft, datetime.now(UTC))
        return pb.UpdateSurveyResponse(survey=await self._survey(change.survey_id))

    async def GetQuestionnaire(self, request: pb.GetQuestionnaireRequest, context: Context) -> pb.GetQuestionnaireResponse:
        async with self.db.read() as session:
            found = await queries.questionnaire(session, UUID(request.survey_id), request.number)
        return pb.GetQuestionnaireResponse(questionnaire=_questionnaire(found))

    async def SaveQuestionnaire(
        self, request: pb.SaveQuestionnaireRequest, context: Context
    ) -> pb.SaveQuestionnaireResponse:
        change = self._change(request, request.on)
        async with self.db.begin() as session:
            errors = await questionnaires.save_questionnaire(
                session, actor_of(context), change, request.part_a, request.part_b, datetime.now(UTC)
            )
        if errors:
            told = [pb.QuestionnaireError(path=one.path, reason=one.reason, message=one.message) for one in errors]
            return pb.SaveQuestionnaireResponse(errors=told)
        async with self.db.read() as session:
            found = await queries.questionnaire(session, change.survey_id)
            view = await queries.survey_view(session, change.survey_id)
        return pb.SaveQuestionnaireResponse(questionnaire=_questionnaire(found), version=view.survey.version)

    async def OpenSurvey(self, request: pb.OpenSurveyRequest, context: Context) -> pb.OpenSurveyResponse:
        change = self._change(request, request.on)
        async with self.db.begin() as session:
            await surveys.open_survey(session, actor_of(context), change, datetime.now(UTC))
        return pb.OpenSurveyResponse(survey=await self._survey(change.survey_id))

    async def CloseSurvey(self, request: pb.CloseSurveyRequest, context: Context) -> pb.CloseSurveyResponse:
        change = self._change(request, request.on)
        async with self.db.begin() as session:
            await closing.close_survey(session, self.personal, actor_of(context), change, datetime.now(UTC))
        return pb.CloseSurveyResponse(survey=await self._survey(change.survey_id))

    async def _survey(self, survey_id: UUID) -> pb.Survey:
        async with self.db.read() as session:
            return _encode(await queries.survey_view(session, survey_id))

    def _change(self, request: Message, on: pb.SurveyPrecondition) -> Change:
        return Change(UUID(on.survey_id), on.expected_version, self._retry(request, on.request_id))

    def _retry(self, request: Message, request_id: str) -> Retry:
        return Retry(request_id, self.personal.request_mark(fingerprint(request)))


def _draft(content: pb.SurveyContent) -> SurveyDraft:
    opens_on, closes_on = _day("opens_on", content.opens_on), _day("closes_on", content.closes_on)
    return SurveyDraft(content.title.strip(), opens_on, closes_on, content.valid_min_percent)


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SurveyDaysInvalid(field=field) from error


def _encode(view: SurveyView) -> pb.Survey:
    found, snapshot = view.survey, view.snapshot
    message = pb.Survey(
        id=str(found.id),
        year=found.year,
        kind=pb.SurveyKind.Value(f"SURVEY_KIND_{found.kind}"),
        audience=pb.SurveyAudience.Value(f"SURVEY_AUDIENCE_{found.audience}"),
        content=pb.SurveyContent(
            title=found.title,
            opens_on=found.opens_on.isoformat(),
            closes_on=found.closes_on.isoformat(),
            valid_min_percent=found.valid_min_percent,
        ),
        state=pb.SurveyState.Value(f"SURVEY_STATE_{found.state}"),
        questionnaire_number=view.questionnaire_number,
        version=found.version,
        created_at=encode.moment(found.created_at),
        opened_at=encode.moment(found.opened_at) if found.opened_at else None,
        closed_at=encode.moment(found.closed_at) if found.closed_at else None,
    )
    if snapshot:
        names = ("population", "sent", "opened", "returned", "valid", "part_b_given", "anonymous")
        message.summary.CopyFrom(pb.SurveySummary(**{name: getattr(snapshot, name) for name in names}))
    return message


def _questionnaire(found: QuestionnaireVersion) -> pb.Questionnaire:
    return pb.Questionnaire(
        survey_id=str(found.survey_id),
        number=found.number,
        part_a=json.dumps(found.part_a, ensure_ascii=False),
        part_b=json.dumps(found.part_b, ensure_ascii=False),
        frozen=found.frozen_at is not None,
        created_at=encode.moment(found.created_at),
    )
