"""The catalogue of texts has a word for everything, in both languages, for both sides."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, get_args

import pytest
from fahu.courses.v1 import error_reason_pb2 as courses
from fahu.dispatch.v1 import error_reason_pb2 as dispatch
from fahu.notify.v1 import error_reason_pb2 as notify
from fahu.registry.v1 import error_reason_pb2 as registry

import kit
import services.gateway
from kit.errors import ServiceError
from services.gateway import problems, schemas
from services.gateway.routes import (
    attachments,
    cohort_schemas,
    demand_parts,
    demand_schemas,
    enterprises,
    findings,
    invitations,
    nominations,
    plaque_schemas,
    rebindings,
    recommendations,
    reference,
    routing,
    survey_links,
    surveys,
    timeline,
)
from services.gateway.texts import Language, Text
from services.gateway.texts.demands import LINES, line_text
from services.gateway.texts.problems import DETAILS, FIELDS, GAPS, LIMITS, PROBLEMS
from services.gateway.texts.states import ENTERPRISE, NOBODY, STAFF

LANGUAGES: tuple[Language, ...] = ("zh", "en")
WORDS = [
    (demand_schemas.Kind, demand_schemas.KINDS),
    (demand_schemas.ChannelWord, demand_schemas.CHANNELS),
    (demand_schemas.StateWord, demand_schemas.STATES),
    (demand_schemas.DispositionWord, demand_schemas.DISPOSITIONS),
    (demand_schemas.ReplyWord, demand_schemas.REPLIES),
    (demand_schemas.ClaimWord, demand_schemas.CLAIMS),
    (demand_schemas.SolvedWord, demand_schemas.SOLVED),
    (demand_schemas.ClockWord, demand_schemas.CLOCKS),
    (demand_schemas.TriageWord, demand_schemas.TRIAGE_REASONS),
    (attachments.KindWord, attachments.KINDS),
    (attachments.FileStateWord, attachments.FILE_STATES),
    (demand_parts.PartyWord, demand_parts.PARTIES),
    (demand_parts.ApprovalWord, demand_parts.APPROVALS),
    (demand_parts.ApprovalStateWord, demand_parts.APPROVAL_STATES),
    (demand_parts.ReturnWord, demand_parts.RETURNS),
    (demand_parts.OriginWord, demand_parts.ORIGINS),
    (demand_parts.OutcomeWord, demand_parts.OUTCOMES),
    (demand_parts.OrderWord, demand_parts.ORDERS),
    (routing.RoutingDecisionWord, routing.DECISIONS),
    (timeline.DeliveryWord, timeline.DELIVERIES),
    (enterprises.LevelWord, enterprises.LEVELS),
    (plaque_schemas.PlaqueStateWord, plaque_schemas.STATES),
    (plaque_schemas.StandingWord, plaque_schemas.STANDINGS),
    (plaque_schemas.FormWord, plaque_schemas.FORMS),
    (surveys.SurveyKindWord, surveys.SURVEY_KINDS),
    (surveys.AudienceWord, surveys.AUDIENCES),
    (surveys.SurveyStateWord, surveys.SURVEY_STATES),
    (invitations.InvitationStatusWord, invitations.INVITATION_STATUSES),
    (findings.ByWord, findings.BY),
    (findings.PartWord, findings.PARTS),
    (recommendations.RecommendationStateWord, recommendations.RECOMMENDATION_STATES),
    (cohort_schemas.CohortStateWord, cohort_schemas.STATES),
    (cohort_schemas.CohortOriginWord, cohort_schemas.ORIGINS),
    (cohort_schemas.GapWord, cohort_schemas.GAPS),
    (nominations.NominatorWord, nominations.NOMINATORS),
    (nominations.NominationStateWord, nominations.STATES),
    (rebindings.RebindingWord, rebindings.REBINDING_STATES),
    (reference.AreaWord, reference.AREA_KINDS),
    (reference.UnitWord, reference.UNIT_KINDS),
    (reference.DutyWord, reference.DUTIES),
    (survey_links.LinkStateWord, survey_links.LINK_STATES),
    (survey_links.AnswersStateWord, survey_links.ANSWERS_STATES),
    (schemas.RoleWord, schemas.ROLES),
]


def _refusals(kind: type[ServiceError]) -> Iterator[type[ServiceError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _refusals(narrower)


def _reasons() -> set[str]:
    """Of all contracts, and of all refusals that kit and the gateway know."""
    contracts = [courses.ErrorReason, dispatch.ErrorReason, registry.ErrorReason, notify.ErrorReason]
    found = {name.removeprefix("ERROR_REASON_") for contract in contracts for name in contract.keys()}  # noqa: SIM118
    for package in (kit, services.gateway):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    ours = [one for one in _refusals(ServiceError) if one.__module__.startswith(("kit.", "services.gateway."))]
    used = {*problems.BY_CODE.values(), *problems.BY_STATUS.values(), "REQUEST_INVALID", "INTERNAL"}
    return (found - {"UNSPECIFIED"}) | {one.reason for one in ours} | used


def test_every_reason_has_its_words() -> None:
    assert _reasons() <= PROBLEMS.keys()


def _texts() -> list[Text]:
    found = [*(problem.title for problem in PROBLEMS.values()), *DETAILS.values(), *FIELDS.values(), *LIMITS.values()]
    found += GAPS.values()
    tables: list[Mapping[str, Iterable[Text]]] = [ENTERPRISE, STAFF]
    for table in tables:
        found += [text for status in table.values() for text in status if text is not NOBODY]
    return found + [text for pair in LINES.values() for text in pair]


def test_every_gap_has_its_words() -> None:
    assert {word.upper() for word in cohort_schemas.GAPS} == GAPS.keys()


def test_texts_are_chinese_and_english() -> None:
    for text in _texts():
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh), text
        assert text.en, text
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.en), text


@pytest.mark.parametrize(("literal", "words"), WORDS)
def test_the_schemas_know_all_words_of_the_contracts(literal: Any, words: Any) -> None:
    assert list(get_args(literal)) == list(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_a_sentence(language: Language) -> None:
    kinds = set(get_args(timeline.EventWord)) - {"disposition_set", "reopened"} | set(LINES)
    unknown = line_text("changed", "", "", None, enterprise=True, language=language)
    for kind in kinds - {"changed"}:
        for enterprise in (True, False):
            text = line_text(kind, "", "", date(2026, 12, 1), enterprise=enterprise, language=language)
            assert text != unknown
            assert "{" not in text
