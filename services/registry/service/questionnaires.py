"""Versions of a questionnaire: written anew until somebody answered, then followed by others that only retire and add."""

import json
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.models import QuestionnaireVersion
from services.registry.queries import surveys as queries
from services.registry.rules.questionnaires import PARTS, check_next_version, check_questionnaire
from services.registry.rules.questions import Reason, Wrong, wrong
from services.registry.rules.surveys import SurveyState
from services.registry.service import audit
from services.registry.service.surveys import Change, changed, to_change


async def save_questionnaire(
    session: AsyncSession, actor: Actor, change: Change, part_a: str, part_b: str, now: datetime
) -> list[Wrong]:
    """Write both parts, given as JSON; returns everything that is wrong, and writes nothing then."""
    survey = await to_change(session, actor, change, SurveyState.DRAFT, SurveyState.OPEN)
    if survey is None:
        return []
    parts, errors = _read(part_a, part_b)
    errors = errors or check_questionnaire(*parts)
    answered = await queries.answered_questionnaire(session, survey.id)
    if not errors and answered:
        old = (answered.part_a, answered.part_b)
        for name, before, after in zip(PARTS, old, parts, strict=True):
            errors += check_next_version(name, before, after)
    if errors:
        return errors
    newest = await queries.questionnaire(session, survey.id)
    if newest.frozen_at is None:
        newest.part_a, newest.part_b = parts
    else:
        session.add(
            QuestionnaireVersion(
                survey_id=survey.id,
                number=newest.number + 1,
                part_a=parts[0],
                part_b=parts[1],
                created_at=now,
                created_by=actor.person_id,
            )
        )
    changed(session, survey)
    await audit.record(session, actor, "QUESTIONNAIRE_SAVED", f"survey/{survey.id}", now, retry=change.retry)
    return []


def _read(*texts: str) -> tuple[list[Any], list[Wrong]]:
    """Both parts, and which of them is no JSON."""
    parts, errors = [], []
    for name, given in zip(PARTS, texts, strict=True):
        try:
            parts.append(json.loads(given, parse_constant=_refuse))
        except (ValueError, RecursionError):
            errors.append(wrong(name, Reason.FORMAT_INVALID))
    return parts, errors


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are no JSON, whatever Python says."""
    raise ValueError(constant)
