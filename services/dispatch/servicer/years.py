"""YearService: what became of a year's demands, in numbers."""

from datetime import datetime
from typing import Any

from fahu.dispatch.v1 import year_service_pb2 as rpc
from fahu.dispatch.v1.year_service_pb2_grpc import YearServiceServicer

from kit.calendar import BEIJING
from kit.db import Database
from services.dispatch.queries import years


class YearServicer(YearServiceServicer):
    """See proto/fahu/dispatch/v1/year_service.proto for what it counts."""

    def __init__(self, database: Database) -> None:
        self.db = database

    async def CountYear(self, request: rpc.CountYearRequest, context: Any) -> rpc.CountYearResponse:
        since, until = (datetime(year, 1, 1, tzinfo=BEIJING) for year in (request.year, request.year + 1))
        async with self.db.read() as session:
            counted = await years.courses(session, since, until)
        return rpc.CountYearResponse(courses=[rpc.CategoryCourse(**one) for one in counted])
