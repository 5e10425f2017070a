"""The words of a survey and what they allow (SUR-1, SUR-2): its life, who is asked, and when somebody may be reminded."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from kit.calendar import BEIJING

REMINDERS = 3
DAYS_BETWEEN_REMINDERS = 3
# 门类 of GB/T 4754-2017.
INDUSTRIES = {
    "A": "农、林、牧、渔业",
    "B": "采矿业",
    "C": "制造业",
    "D": "电力、热力、燃气及水生产和供应业",
    "E": "建筑业",
    "F": "批发和零售业",
    "G": "交通运输、仓储和邮政业",
    "H": "住宿和餐饮业",
    "I": "信息传输、软件和信息技术服务业",
    "J": "金融业",
    "K": "房地产业",
    "L": "租赁和商务服务业",
    "M": "科学研究和技术服务业",
    "N": "水利、环境和公共设施管理业",
    "O": "居民服务、修理和其他服务业",
    "P": "教育",
    "Q": "卫生和社会工作",
    "R": "文化、体育和娱乐业",
    "S": "公共管理、社会保障和社会组织",
    "T": "国际组织",
}


class SurveyKind(StrEnum):
    """The survey of the year, of which there is one, or any other."""

    ANNUAL = "ANNUAL"
    OTHER = "OTHER"


class Audience(StrEnum):
    """Who is asked: every above-scale enterprise of the year (规上), or the year's liaison points."""

    CENSUS = "CENSUS"
    LIAISON_POINTS = "LIAISON_POINTS"


class SurveyState(StrEnum):
    """In their order; a survey goes from each to the next and never back."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ANALYSED = "ANALYSED"
    REPORTED = "REPORTED"


class ResponseState(StrEnum):
    """Part A of an enterprise: begun, or handed in."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"


def is_over(closes_on: date, now: datetime) -> bool:
    """Whether the last day of a survey has passed: it ends with the day in Shanghai."""
    return closes_on < now.astimezone(BEIJING).date()


def new_token() -> str:
    """The secret of a personal link: 32 characters, 192 bits of chance."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> bytes:
    """What is kept of it. A secret of chance needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def follows(state: SurveyState) -> SurveyState | None:
    """The state after this one; None after the last."""
    states = list(SurveyState)
    place = states.index(state) + 1
    return states[place] if place < len(states) else None


def may_remind_on(reminded: Sequence[date]) -> date | None:
    """The first day on which somebody who was reminded on these days may be reminded again; None if never again."""
    if len(reminded) >= REMINDERS:
        return None
    return max(reminded) + timedelta(days=DAYS_BETWEEN_REMINDERS) if reminded else date.min
