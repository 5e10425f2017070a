"""The environment of courses. The notice names no number of hours or days: those here are defaults."""

from datetime import timedelta

from pydantic import Field

from kit.filesettings import FileSettings
from services.courses.rules.lectures import LectureTerms


class CoursesSettings(FileSettings):
    """FAHU_ in front of each name.

    `booking_close_hours`: so many hours before a lecture its booking closes, unless its agency says when.
    `offer_minutes`: so long seats that fell free are held for the enterprise they are offered to.
    `most_heads`: so many seats one enterprise may have, unless the agency says otherwise.
    """

    booking_close_hours: int = Field(2, ge=0, le=240)
    offer_minutes: int = Field(24 * 60, ge=1, le=20160)
    most_heads: int = Field(5, ge=1, le=1000)
    sweep_seconds: float = 5.0

    def lecture_terms(self) -> LectureTerms:
        return LectureTerms(timedelta(hours=self.booking_close_hours), self.offer_minutes, self.most_heads)
