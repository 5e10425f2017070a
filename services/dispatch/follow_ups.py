"""What an enterprise agreed to send after a consultation: fetched from courses, as texts do not travel on the bus."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.courses.v1 import consultation_record_service_pb2 as rpc
from fahu.courses.v1.consultation_record_service_pb2_grpc import ConsultationRecordServiceStub

from kit.errors import Unavailable
from kit.rpc.client import RpcChannel

# An answer that may come later: the event waits on the bus until then.
AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The demand to be. It is filed in the name of whoever recorded it, on behalf of the enterprise.

    `year` is that of the session.
    """

    record_id: UUID
    enterprise_id: UUID
    category_code: str
    title: str
    body: str
    recorded_by: UUID
    unit_code: str
    answered_at: datetime
    year: int


class FollowUps:
    """Courses, as far as dispatch asks it."""

    def __init__(self, channel: RpcChannel) -> None:
        self._records: Any = ConsultationRecordServiceStub(channel)  # type: ignore[call-overload]  # it does what a channel does

    async def of(self, record_id: UUID) -> FollowUp:
        """What one record says. Raises Unavailable while courses does not answer."""
        try:
            told = await self._records.GetFollowUp(rpc.GetFollowUpRequest(consultation_record_id=str(record_id)))
        except grpc.aio.AioRpcError as error:
            if error.code() in AWAY:
                raise Unavailable from error
            raise
        return FollowUp(
            record_id=record_id,
            enterprise_id=UUID(told.enterprise_id),
            category_code=told.category_code,
            title=told.title,
            body=told.body,
            recorded_by=UUID(told.recorded_by),
            unit_code=told.unit_code,
            answered_at=told.answered_at.ToDatetime(UTC),
            year=told.year,
        )
