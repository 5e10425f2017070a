"""The environment of dispatch. The notice names no number of days: those here are defaults, in working days unless said."""

from kit.settings import ServiceSettings
from services.dispatch.rules import Terms


class DispatchSettings(ServiceSettings):
    """FAHU_ in front of each name."""

    triage_days: int = 1
    accept_days: int = 1
    immediate_days: int = 1
    promise_cap_days: int = 5
    rating_days: int = 10
    review_cap_calendar_days: int = 90
    sweep_seconds: float = 5.0

    def terms(self) -> Terms:
        return Terms(
            triage=self.triage_days,
            accept=self.accept_days,
            immediate=self.immediate_days,
            promise_cap=self.promise_cap_days,
            rating=self.rating_days,
            review_cap_days=self.review_cap_calendar_days,
        )
