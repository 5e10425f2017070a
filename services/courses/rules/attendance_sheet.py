"""签到表: who has seats in a lecture, who came, and where to sign."""

from collections.abc import Sequence
from typing import Protocol

from services.courses.rules.lectures import BookingState

TITLE = "签到表"
COLUMNS = ("序号", "企业名称", "区域代码", "级别", "报名人数", "状态", "到场人数", "超员原因", "签名")
LEVELS = {"DISTRICT": "区级", "TOWN": "镇级"}
STATES = {BookingState.CONFIRMED: "已报名", BookingState.ATTENDED: "已到场", BookingState.NO_SHOW: "未到场"}
# Whoever waits, or has been offered seats only, is not expected.
EXPECTED = tuple(STATES)


class Guest(Protocol):
    """A booking, by what the sheet says of it."""

    enterprise_name: str
    area_code: str
    level: str
    heads: int
    state: str
    attended_heads: int | None
    over_reason: str | None


def row_of(number: int, guest: Guest) -> Sequence[object]:
    state = STATES[BookingState(guest.state)]
    who = (guest.enterprise_name, guest.area_code, LEVELS[guest.level])
    return (number, *who, guest.heads, state, guest.attended_heads, guest.over_reason, None)
