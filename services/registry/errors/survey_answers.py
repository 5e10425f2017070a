"""Why an answer to a survey is refused."""

from kit.errors import FailedPrecondition, FieldsInvalid, InvalidArgument, NotFound


class SurveyLinkNotFound(NotFound):
    reason = "SURVEY_LINK_NOT_FOUND"
    message = "There is no such link."


class SurveyClosed(FailedPrecondition):
    reason = "SURVEY_CLOSED"
    message = "The survey is closed."


class SurveyConsentMissing(InvalidArgument):
    reason = "SURVEY_CONSENT_MISSING"
    message = "Part A is taken only with consent."


class SurveyAnswersInvalid(FieldsInvalid):
    reason = "SURVEY_ANSWERS_INVALID"
    message = "Some answers are missing or cannot be given."


class SurveyAlreadySubmitted(FailedPrecondition):
    reason = "SURVEY_ALREADY_SUBMITTED"
    message = "Part A was handed in; hand it in again to replace it."


class SurveyOpinionGiven(FailedPrecondition):
    reason = "SURVEY_OPINION_GIVEN"
    message = "Part B was given through this invitation."


class SurveyQuestionnaireUnknown(InvalidArgument):
    reason = "SURVEY_QUESTIONNAIRE_UNKNOWN"
    message = "The survey has no questionnaire of this number."
