"""The environment of courses. The notice names no number of hours or days: those here are defaults."""

from datetime import timedelta

from pydantic import Field

from kit.settings import ServiceSettings
from services.courses.rules.attendance import AttendanceTerms
from services.courses.rules.lectures import LectureTerms


class CoursesSettings(ServiceSettings):
    """FAHU_ in front of each name.

    `booking_close_hours`: so many hours before a lecture its booking closes, unless its agency says when.
    `offer_minutes`: so long seats that fell free are held for the enterprise they are offered to.
    `most_heads`: so many seats one enterprise may have, unless the agency says otherwise.
    `check_in_opens_minutes`, `check_in_late_minutes`: check-in is open from so long before a lecture until so long after it.
    `check_in_code_minutes`: so long one of its codes holds.
    """

    booking_close_hours: int = Field(2, ge=0, le=240)
    offer_minutes: int = Field(24 * 60, ge=1, le=20160)
    most_heads: int = Field(5, ge=1, le=1000)
    check_in_opens_minutes: int = Field(30, ge=0, le=240)
    check_in_late_minutes: int = Field(60, ge=0, le=1440)
    check_in_code_minutes: int = Field(15, ge=1, le=240)
    sweep_seconds: float = 5.0

    def lecture_terms(self) -> LectureTerms:
        return LectureTerms(timedelta(hours=self.booking_close_hours), self.offer_minutes, self.most_heads)

    def attendance_terms(self) -> AttendanceTerms:
        return AttendanceTerms(
            opens_before=timedelta(minutes=self.check_in_opens_minutes),
            late=timedelta(minutes=self.check_in_late_minutes),
            code_lasts=timedelta(minutes=self.check_in_code_minutes),
        )
