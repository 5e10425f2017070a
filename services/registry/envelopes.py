"""Part B in its envelope: sealed under the key ring, and as long as every other (decision 0020)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.registry.models import SealedAnswer
from services.registry.personal import PersonalData

# More than PART_B_BYTES of answers with area and industry ever take.
_LENGTH = 16 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in an envelope."""

    area_code: str
    industry: str | None
    answers: dict[str, Any]


def seal(
    personal: PersonalData, survey_id: UUID, area_code: str, industry: str | None, answers: Mapping[str, Any]
) -> SealedAnswer:
    """An envelope under an id of nothing but chance. Raises ValueError for answers that a questionnaire allows nobody."""
    text = json.dumps([area_code, industry, answers], ensure_ascii=False, separators=(",", ":"))
    spare = _LENGTH - len(text.encode())
    if spare < 0:
        raise ValueError("part B is longer than its envelope")
    envelope_id = uuid4()
    sealed = personal.seal(SealedAnswer.sealed, envelope_id, text + " " * spare)
    return SealedAnswer(id=envelope_id, survey_id=survey_id, sealed=sealed)


def unseal(personal: PersonalData, envelope: SealedAnswer) -> Opened:
    """What is in an envelope. Raises CryptoError for one that was altered."""
    area_code, industry, answers = json.loads(personal.open(SealedAnswer.sealed, envelope.id, envelope.sealed))
    return Opened(area_code, industry, answers)
