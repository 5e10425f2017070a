"""The environment of dispatch. The notice names no number of days: those here are defaults, in working days unless said."""

from kit.filesettings import FileSettings
from services.dispatch.rules import Terms


class DispatchSettings(FileSettings):
    """FAHU_ in front of each name."""

    triage_days: int = 1
    accept_days: int = 1
    contact_days: int = 1
    classify_days: int = 2
    immediate_days: int = 1
    promise_cap_days: int = 5
    rework_days: int = 3
    rating_days: int = 10
    look_back_days: int = 3
    approval_days: int = 1
    info_days: int = 5
    opinion_days: int = 3
    revive_days: int = 3
    report_days: int = 15
    review_cap_calendar_days: int = 90
    sample_calendar_days: int = 30
    reopen_calendar_days: int = 30
    sign_immediate: bool = False
    sweep_seconds: float = 5.0
    courses_target: str

    def terms(self) -> Terms:
        return Terms(
            triage=self.triage_days,
            accept=self.accept_days,
            contact=self.contact_days,
            classify=self.classify_days,
            immediate=self.immediate_days,
            promise_cap=self.promise_cap_days,
            rework=self.rework_days,
            rating=self.rating_days,
            look_back=self.look_back_days,
            approval=self.approval_days,
            info=self.info_days,
            opinion=self.opinion_days,
            revive=self.revive_days,
            report=self.report_days,
            review_cap_days=self.review_cap_calendar_days,
            sample_days=self.sample_calendar_days,
            reopen_days=self.reopen_calendar_days,
            sign_immediate=self.sign_immediate,
        )
