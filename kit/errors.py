"""The ways a service says no. Each subclass has a stable reason that callers may program against.

One interceptor turns these into gRPC statuses with google.rpc.ErrorInfo; one gateway handler turns those into HTTP problems.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import grpc


class ServiceError(Exception):
    """Base of all refusals. `message` is a format string over the metadata given to the constructor."""

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.UNKNOWN
    reason: ClassVar[str] = "UNKNOWN"
    message: ClassVar[str] = "The request failed."

    def __init__(self, **metadata: str) -> None:
        self.metadata = metadata
        super().__init__(self.message.format(**metadata))


class InvalidArgument(ServiceError):
    code = grpc.StatusCode.INVALID_ARGUMENT


class NotFound(ServiceError):
    code = grpc.StatusCode.NOT_FOUND


class AlreadyExists(ServiceError):
    code = grpc.StatusCode.ALREADY_EXISTS


class FailedPrecondition(ServiceError):
    code = grpc.StatusCode.FAILED_PRECONDITION


class PermissionDenied(ServiceError):
    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"
    message = "The caller may not do this."


class Unauthenticated(ServiceError):
    code = grpc.StatusCode.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    message = "The access token is missing, expired or not ours."


class Unavailable(ServiceError):
    code = grpc.StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"
    message = "Something this service needs is not there at the moment; a retry is safe."


class DatabaseUnavailable(Unavailable):
    reason = "DATABASE_UNAVAILABLE"


class StaleVersion(ServiceError):
    """The caller saw an older version than the one stored: read again, then decide again."""

    code = grpc.StatusCode.ABORTED
    reason = "STALE_VERSION"
    message = "The version given is not the present one ({version})."


class IdempotencyKeyReused(InvalidArgument):
    """A request id came back with other content, so it cannot be a retry."""

    reason = "IDEMPOTENCY_KEY_REUSED"
    message = "This request id was used for other content."


class DeadlineMissing(InvalidArgument):
    reason = "DEADLINE_MISSING"
    message = "Every call names a deadline of at most {limit} seconds."


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field at fault: its path in the request, the rule it breaks, and a description for developers."""

    field: str
    rule: str
    description: str


class FieldsInvalid(InvalidArgument):
    """The request breaks the rules of its own contract; all violations are told at once."""

    reason = "FIELDS_INVALID"
    message = "The request has fields that are not valid."

    def __init__(self, violations: Sequence[FieldViolation]) -> None:
        super().__init__()
        self.violations = tuple(violations)
