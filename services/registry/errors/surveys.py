"""Why something with a survey, its questionnaire or its invitations is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class SurveyNotFound(NotFound):
    reason = "SURVEY_NOT_FOUND"
    message = "There is no such survey."


class SurveyExists(AlreadyExists):
    reason = "SURVEY_EXISTS"
    message = "The year has its annual survey already."


class SurveyWrongState(FailedPrecondition):
    reason = "SURVEY_WRONG_STATE"
    message = "The survey is {state}; this is not done then."


class SurveyDaysInvalid(InvalidArgument):
    reason = "SURVEY_DAYS_INVALID"
    message = "{field}: there is no such day, or the last is before the first or has passed."


class SurveyAudienceInvalid(InvalidArgument):
    reason = "SURVEY_AUDIENCE_INVALID"
    message = "An annual survey asks the census."


class SurveyNotReady(FailedPrecondition):
    reason = "SURVEY_NOT_READY"
    message = "Nobody is invited yet."


class SurveyAreaNotFound(NotFound):
    reason = "SURVEY_AREA_NOT_FOUND"
    message = "There is no such area, or it is another's."


class QuestionnaireNotFound(NotFound):
    reason = "QUESTIONNAIRE_NOT_FOUND"
    message = "The questionnaire has no such version."


class InvitationNotFound(NotFound):
    reason = "INVITATION_NOT_FOUND"
    message = "The enterprise is not invited."


class LinksTold(FailedPrecondition):
    reason = "LINKS_TOLD"
    message = "The links were told when they were made, and are not known any more."


class SurveyAnsweredAlready(FailedPrecondition):
    reason = "SURVEY_ANSWERED_ALREADY"
    message = "The enterprise has handed in part A; only who holds its link may replace it."


class ReminderNotDue(FailedPrecondition):
    reason = "REMINDER_NOT_DUE"
    message = "{count} of them answered, were reminded three times, or were within three days."
