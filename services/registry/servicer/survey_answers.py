"""SurveyAnswerService: what the holder of a personal link sees and answers."""

import json
from datetime import UTC, datetime
from typing import Any

import grpc
from fahu.registry.v1 import survey_answer_service_pb2, survey_answer_service_pb2_grpc

from kit.db import Database
from kit.idempotency import fingerprint
from services.registry.models import SurveyResponse
from services.registry.personal import PersonalData
from services.registry.queries.survey_answers import LinkView
from services.registry.rules.surveys import SurveyState
from services.registry.service import survey_answers
from services.registry.service.audit import Retry
from services.registry.service.survey_answers import Consent, PartA
from services.registry.servicer.encode import moment

pb = survey_answer_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class SurveyAnswerServicer(survey_answer_service_pb2_grpc.SurveyAnswerServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def GetSurveyLink(self, request: pb.GetSurveyLinkRequest, context: Context) -> pb.GetSurveyLinkResponse:
        async with self.db.begin() as session:
            view = await survey_answers.open_link(session, request.token, datetime.now(UTC))
        return pb.GetSurveyLinkResponse(link=_link(view))

    async def SaveSurveyDraft(self, request: pb.SaveSurveyDraftRequest, context: Context) -> pb.SaveSurveyDraftResponse:
        async with self.db.begin() as session:
            response = await survey_answers.save_draft(session, request.token, _part(request), datetime.now(UTC))
        return pb.SaveSurveyDraftResponse(answers=_answers(response))

    async def SubmitSurveyAnswers(
        self, request: pb.SubmitSurveyAnswersRequest, context: Context
    ) -> pb.SubmitSurveyAnswersResponse:
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        consent = Consent(request.consented, request.consent_version)
        async with self.db.begin() as session:
            response = await survey_answers.submit(session, request.token, _part(request), consent, retry, datetime.now(UTC))
        return pb.SubmitSurveyAnswersResponse(answers=_answers(response))

    async def GiveSurveyOpinion(
        self, request: pb.GiveSurveyOpinionRequest, context: Context
    ) -> pb.GiveSurveyOpinionResponse:
        async with self.db.begin() as session:
            await survey_answers.give_opinion(
                session, self.personal, request.token, request.answers, request.questionnaire_number
            )
        return pb.GiveSurveyOpinionResponse()


def _part(request: pb.SaveSurveyDraftRequest | pb.SubmitSurveyAnswersRequest) -> PartA:
    return PartA(request.answers, request.questionnaire_number, request.expected_version)


def _link(view: LinkView) -> pb.SurveyLink:
    is_open = view.survey.state == SurveyState.OPEN
    return pb.SurveyLink(
        title=view.survey.title,
        year=view.survey.year,
        state=pb.SURVEY_LINK_STATE_OPEN if is_open else pb.SURVEY_LINK_STATE_CLOSED,
        closes_on=view.survey.closes_on.isoformat(),
        enterprise_name=view.enterprise_name,
        questionnaire_number=view.questionnaire.number,
        part_a=_text(view.questionnaire.part_a),
        part_b=_text(view.questionnaire.part_b),
        answers=_answers(view.response),
        opinion_given=view.invitation.part_b_given,
    )


def _answers(response: SurveyResponse | None) -> pb.SurveyAnswers:
    version = survey_answers.version_of(response)
    if response is None:
        return pb.SurveyAnswers(state=pb.SURVEY_ANSWERS_STATE_NONE, version=version)
    return pb.SurveyAnswers(
        state=pb.SurveyAnswersState.Value(f"SURVEY_ANSWERS_STATE_{response.state}"),
        answers=_text(response.answers),
        questionnaire_number=response.questionnaire_number,
        answered_percent=response.answered_percent,
        submitted_at=moment(response.submitted_at) if response.submitted_at else None,
        consent_version=response.consent_version or "",
        version=version,
    )


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
