"""What became of a past year's demands: asked of dispatch when a survey is analysed, once a year."""

from typing import Any

import grpc
from fahu.dispatch.v1 import year_service_pb2 as rpc
from fahu.dispatch.v1.year_service_pb2_grpc import YearServiceStub

from kit.rpc.client import RpcChannel
from services.registry.errors import DemandsUnavailable
from services.registry.rules.figures import Course

_COUNTS = [name for name in rpc.CategoryCourse.DESCRIPTOR.fields_by_name if name != "category_code"]


class PastDemands:
    """Dispatch's own count of what it did."""

    def __init__(self, channel: RpcChannel) -> None:
        self._dispatch: Any = YearServiceStub(channel)  # type: ignore[call-overload]  # it does what a channel does

    async def courses(self, year: int) -> dict[str, Course]:
        """The course of a year's demands by category. Raises DemandsUnavailable while dispatch does not answer."""
        try:
            answer = await self._dispatch.CountYear(rpc.CountYearRequest(year=year))
        except grpc.aio.AioRpcError as error:
            raise DemandsUnavailable from error
        return {one.category_code: _course(one) for one in answer.courses}


def _course(told: rpc.CategoryCourse) -> Course:
    return Course(told.category_code, *(getattr(told, name) for name in _COUNTS))
