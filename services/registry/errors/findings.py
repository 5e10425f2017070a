"""Why what a survey came to cannot be told, and why a recommendation stays as it is."""

from kit.errors import FailedPrecondition, InvalidArgument, NotFound, Unavailable


class SurveyNotAnalysed(FailedPrecondition):
    reason = "SURVEY_NOT_ANALYSED"
    message = "The survey is not analysed yet."


class DemandsUnavailable(Unavailable):
    reason = "DEMANDS_UNAVAILABLE"
    message = "Dispatch does not tell at the moment what became of last year's demands."


class RecommendationNotFound(NotFound):
    reason = "RECOMMENDATION_NOT_FOUND"
    message = "There is no such recommendation."


class RecommendationWrongState(FailedPrecondition):
    reason = "RECOMMENDATION_WRONG_STATE"
    message = "The recommendation is {state}; that does not allow this."


class RecommendationOwnerUnknown(InvalidArgument):
    reason = "RECOMMENDATION_OWNER_UNKNOWN"
    message = "The unit that shall see to it does not take part."


class RecommendationDayInvalid(InvalidArgument):
    reason = "RECOMMENDATION_DAY_INVALID"
    message = "The day by which it shall be done is no day, or lies behind."
