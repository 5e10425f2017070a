"""The ways the gateway itself says no. Reasons are told in texts/problems.py."""

from math import ceil
from typing import Any

import grpc

from kit.errors import InvalidArgument, PermissionDenied, ServiceError, Unauthenticated


class IdempotencyKeyMissing(InvalidArgument):
    reason = "IDEMPOTENCY_KEY_MISSING"


class IdempotencyKeyInvalid(InvalidArgument):
    reason = "IDEMPOTENCY_KEY_INVALID"


class IfMatchMissing(InvalidArgument):
    reason = "IF_MATCH_MISSING"


class IfMatchInvalid(InvalidArgument):
    reason = "IF_MATCH_INVALID"


class TokenRevoked(Unauthenticated):
    reason = "TOKEN_REVOKED"


class ChoiceInvalid(InvalidArgument):
    """None, or too many, of fields that stand for one another. No schema says so, so it has a reason of its own."""

    reason = "CHOICE_INVALID"

    def __init__(self, *fields: str) -> None:
        super().__init__(fields="、".join(fields))


class ContentTypeUnsupported(InvalidArgument):
    reason = "CONTENT_TYPE_UNSUPPORTED"


class BodyUnreadable(InvalidArgument):
    reason = "BODY_UNREADABLE"


class PhoneNotMainland(PermissionDenied):
    reason = "PHONE_NOT_MAINLAND"


class TooMany(ServiceError):
    """Base of what waiting helps against."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, retry_after: float) -> None:
        self.retry_after = max(1, ceil(retry_after))
        super().__init__(seconds=str(self.retry_after))


class TooManyAttempts(TooMany):
    reason = "TOO_MANY_ATTEMPTS"


class TooManyStreams(TooMany):
    reason = "TOO_MANY_STREAMS"


class ImportRowsInvalid(InvalidArgument):
    """Some rows are wrong; `rows` tells each, as the members of a problem's `errors`."""

    reason = "IMPORT_ROWS_INVALID"

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        super().__init__()
        self.rows = rows


class QuestionnaireInvalid(ImportRowsInvalid):
    """A questionnaire has errors; `rows` tells each, by its path."""

    reason = "QUESTIONNAIRE_INVALID"


class FileEmpty(InvalidArgument):
    reason = "FILE_EMPTY"


class FileTooLarge(InvalidArgument):
    reason = "FILE_TOO_LARGE"
