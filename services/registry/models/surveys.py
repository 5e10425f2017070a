"""Surveys (SUR-1, SUR-2, SUR-5): what is asked, who is asked, and what they answered.

Part A of an answer is the enterprise's, by name. Part B is nobody's: nothing in `anonymous_answer` or around it leads back
to an invitation (docs/decisions/0020-unlinkable-answers.md). Read it before adding a column there.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules.surveys import DAYS_BETWEEN_REMINDERS, Audience, ResponseState, SurveyKind, SurveyState


class Survey(Base):
    """One survey. `valid_min_percent`: part A counts as valid if at least that share of what it was asked is answered."""

    __tablename__ = "survey"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    kind: Mapped[str]
    audience: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    valid_min_percent: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    analysed_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("kind", SurveyKind),
        one_of("audience", Audience),
        one_of("state", SurveyState),
        Index("uq_survey_annual", "year", unique=True, postgresql_where=text("kind = 'ANNUAL'")),
        Index("ix_survey_year", "year", "id"),
        UniqueConstraint("id", "year"),
        CheckConstraint("kind <> 'ANNUAL' OR audience = 'CENSUS'", name="annual_is_a_census"),
        CheckConstraint("closes_on >= opens_on", name="days"),
        CheckConstraint("btrim(title) <> ''", name="titled"),
        CheckConstraint("valid_min_percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("(state = 'DRAFT') = (opened_at IS NULL)", name="open_since"),
        CheckConstraint("(state IN ('DRAFT', 'OPEN')) = (closed_at IS NULL)", name="closed_since"),
        CheckConstraint("(state IN ('ANALYSED', 'REPORTED')) = (analysed_at IS NOT NULL)", name="analysed_since"),
        CheckConstraint("(state = 'REPORTED') = (reported_at IS NOT NULL)", name="reported_since"),
        CheckConstraint("closed_at >= opened_at", name="period"),
    )


class QuestionnaireVersion(Base):
    """Both parts of a questionnaire, as rules/questionnaires.py knows them. Frozen by a trigger at the first answer."""

    __tablename__ = "questionnaire_version"
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    part_a: Mapped[dict[str, Any]] = mapped_column(JSONB)
    part_b: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID]
    frozen_at: Mapped[datetime | None]
    __table_args__ = (PrimaryKeyConstraint("survey_id", "number"), CheckConstraint("number >= 1", name="numbered"))


class Invitation(Base):
    """An enterprise that is asked. Its link is known by a hash alone. Days and no times, so that none tells of part B."""

    __tablename__ = "invitation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]
    year: Mapped[int]
    enterprise_id: Mapped[UUID]
    area_code: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    link_number: Mapped[int]
    sent_on: Mapped[date]
    opened_on: Mapped[date | None]
    reminded_1_on: Mapped[date | None]
    reminded_2_on: Mapped[date | None]
    reminded_3_on: Mapped[date | None]
    part_b_given: Mapped[bool]
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "year"], ["survey.id", "survey.year"], name="fk_invitation_survey"),
        ForeignKeyConstraint(
            ["enterprise_id", "year", "area_code"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_invitation_place",
        ),
        UniqueConstraint("survey_id", "enterprise_id"),
        UniqueConstraint("id", "survey_id"),
        Index("ix_invitation_area", "survey_id", "area_code", "enterprise_id"),
        CheckConstraint("length(token_hash) = 32", name="hashed"),
        CheckConstraint("link_number >= 1", name="link_numbered"),
        CheckConstraint("reminded_1_on >= sent_on", name="first_reminder"),
        CheckConstraint("reminded_2_on IS NULL OR reminded_1_on IS NOT NULL", name="second_after_first"),
        CheckConstraint("reminded_3_on IS NULL OR reminded_2_on IS NOT NULL", name="third_after_second"),
        CheckConstraint(f"reminded_2_on - reminded_1_on >= {DAYS_BETWEEN_REMINDERS}", name="second_reminder"),
        CheckConstraint(f"reminded_3_on - reminded_2_on >= {DAYS_BETWEEN_REMINDERS}", name="third_reminder"),
    )


class SurveyResponse(Base):
    """Part A of an enterprise, begun or handed in. `answered_percent` is of the questions that were shown to it.

    `request_id` with `mark` make a repeated submission recognisable; `consent_version` names the text that was agreed to.
    """

    __tablename__ = "survey_response"
    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID]
    questionnaire_number: Mapped[int]
    state: Mapped[str]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    answered_percent: Mapped[int]
    revision: Mapped[int]
    begun_at: Mapped[datetime]
    consented_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    consent_version: Mapped[str | None]
    request_id: Mapped[str | None]
    mark: Mapped[bytes | None]
    __table_args__ = (
        one_of("state", ResponseState),
        ForeignKeyConstraint(
            ["invitation_id", "survey_id"], ["invitation.id", "invitation.survey_id"], name="fk_survey_response_invitation"
        ),
        ForeignKeyConstraint(
            ["survey_id", "questionnaire_number"],
            ["questionnaire_version.survey_id", "questionnaire_version.number"],
            name="fk_survey_response_questionnaire",
        ),
        Index("ix_survey_response_survey", "survey_id", "state"),
        CheckConstraint("(state = 'SUBMITTED') = (submitted_at IS NOT NULL)", name="submitted_since"),
        CheckConstraint("state = 'DRAFT' OR consented_at IS NOT NULL", name="consented"),
        CheckConstraint("(consented_at IS NULL) = (consent_version IS NULL)", name="consent_named"),
        CheckConstraint("(request_id IS NULL) = (mark IS NULL)", name="request_marked"),
        CheckConstraint("answered_percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("revision >= 1", name="revised"),
        CheckConstraint("jsonb_typeof(answers) = 'object'", name="object"),
    )


class SealedAnswer(Base):
    """Part B as it waits for the close: sealed, all of one length, with nothing beside it. No row outlives the close."""

    __tablename__ = "sealed_answer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"))
    sealed: Mapped[bytes]
    __table_args__ = (Index("ix_sealed_answer_survey_id", "survey_id"),)


class AnonymousAnswer(Base):
    """Part B of nobody: written at the close, all at once and shuffled, in groups of at least five by area and industry."""

    __tablename__ = "anonymous_answer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    industry: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    __table_args__ = (
        Index("ix_anonymous_answer_survey_id", "survey_id"),
        CheckConstraint("industry IS NULL OR area_code IS NOT NULL", name="industry_within_area"),
        CheckConstraint("jsonb_typeof(answers) = 'object'", name="object"),
    )


class SurveySnapshot(Base):
    """What a survey came to when it was closed. `anonymous` are the parts B that were kept."""

    __tablename__ = "survey_snapshot"
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    population: Mapped[int]
    sent: Mapped[int]
    opened: Mapped[int]
    returned: Mapped[int]
    valid: Mapped[int]
    part_b_given: Mapped[int]
    anonymous: Mapped[int]
    taken_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("valid BETWEEN 0 AND returned AND returned <= sent", name="shares"),
        CheckConstraint("anonymous IN (0, part_b_given) AND part_b_given BETWEEN 0 AND sent", name="part_b"),
        CheckConstraint("population >= 0 AND opened BETWEEN 0 AND sent", name="counts"),
    )
