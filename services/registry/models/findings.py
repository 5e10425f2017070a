"""What a survey came to (SUR-3, SUR-5), what is recommended (SUR-4), and the course of the demands of a year.

An analysis is taken once and never altered: reports are drawn from it, today and in years. Of part B it holds what may be
shown and nothing else, of part A all, and what of it is not for every reader (rules/disclosure.py).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules.recommendations import RecommendationState


class SurveyAnalysis(Base):
    """The results of a closed survey, and the figures its report is made of."""

    __tablename__ = "survey_analysis"
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    results: Mapped[dict[str, Any]] = mapped_column(JSONB)
    material: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class SurveyReport(Base):
    """The recommendations as they stood when the survey was reported."""

    __tablename__ = "survey_report"
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey_analysis.survey_id"), primary_key=True)
    advice: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]


class Recommendation(Base):
    """What should be done, by whom and by when. `measure` is what is to change (调整的举措)."""

    __tablename__ = "recommendation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey_analysis.survey_id"))
    text: Mapped[str]
    owner_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    due_on: Mapped[date]
    state: Mapped[str]
    measure: Mapped[str]
    evidence: Mapped[str]
    decline_reason: Mapped[str]
    version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("state", RecommendationState),
        CheckConstraint("btrim(text) <> ''", name="says_something"),
        CheckConstraint("(state = 'DECLINED') = (btrim(decline_reason) <> '')", name="declined_with_reason"),
        CheckConstraint("(state = 'DONE') = (btrim(evidence) <> '')", name="done_with_evidence"),
        CheckConstraint("(state = 'DONE') = (done_at IS NOT NULL)", name="done_since"),
        CheckConstraint("version >= 1", name="versioned"),
        Index("ix_recommendation_survey", "survey_id", "id"),
        Index("ix_recommendation_owner", "owner_unit", "id"),
        Index("ix_recommendation_due", "due_on", "id", postgresql_where=sql("state = 'ADOPTED'")),
    )
