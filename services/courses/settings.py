"""The environment of courses. The notice names no number of hours or days: those here are defaults."""

from datetime import timedelta

from pydantic import Field

from kit.calendar import WorkingCalendar
from kit.filesettings import FileSettings
from services.courses.rules.attendance import AttendanceTerms
from services.courses.rules.consultations import ConsultationTerms
from services.courses.rules.lecture_requests import RequestTerms
from services.courses.rules.lectures import LectureTerms


class CoursesSettings(FileSettings):
    """FAHU_ in front of each name.

    `booking_close_hours`: so many hours before a lecture its booking closes, unless its agency says when.
    `offer_minutes`: so long seats that fell free are held for the enterprise they are offered to.
    `reminder_hours`: so long before a lecture begins its contacts are reminded of it.
    `most_heads`: so many seats one enterprise may have, unless the agency says otherwise.
    `request_answer_days`: so many working days either side has to answer a request for a lecture.
    `consultation_priority_days`: for so many working days after a session is announced, district-level points book alone.
    `consultations_per_quarter`: so many sessions a group owes in a quarter; the notice says one.
    `check_in_opens_minutes`, `check_in_late_minutes`: check-in is open from so long before a lecture until so long after it.
    `check_in_code_minutes`: so long one of its codes holds.
    """

    booking_close_hours: int = Field(2, ge=0, le=240)
    offer_minutes: int = Field(24 * 60, ge=1, le=20160)
    most_heads: int = Field(5, ge=1, le=1000)
    request_answer_days: int = Field(5, ge=1, le=60)
    consultation_priority_days: int = Field(5, ge=1, le=60)
    consultations_per_quarter: int = Field(1, ge=1, le=20)
    reminder_hours: int = Field(24, ge=1, le=168)
    check_in_opens_minutes: int = Field(30, ge=0, le=240)
    check_in_late_minutes: int = Field(60, ge=0, le=1440)
    check_in_code_minutes: int = Field(15, ge=1, le=240)
    sweep_seconds: float = 5.0

    def lecture_terms(self) -> LectureTerms:
        return LectureTerms(timedelta(hours=self.booking_close_hours), self.offer_minutes, self.most_heads)

    def request_terms(self) -> RequestTerms:
        return RequestTerms(self.request_answer_days, WorkingCalendar.from_library(), self.lecture_terms())

    def consultation_terms(self) -> ConsultationTerms:
        calendar = WorkingCalendar.from_library()
        return ConsultationTerms(self.consultation_priority_days, self.consultations_per_quarter, calendar)

    def attendance_terms(self) -> AttendanceTerms:
        return AttendanceTerms(
            opens_before=timedelta(minutes=self.check_in_opens_minutes),
            late=timedelta(minutes=self.check_in_late_minutes),
            code_lasts=timedelta(minutes=self.check_in_code_minutes),
        )
