"""Composition root of courses, and its commands: migrate, load-groups, redrive, rebuild."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import grpc
from fahu.access.v1 import access_pb2
from fahu.courses.v1 import (
    attendance_service_pb2,
    booking_service_pb2,
    calendar_feed_service_pb2,
    evaluation_service_pb2,
    lecture_service_pb2,
)
from fahu.courses.v1.attendance_service_pb2_grpc import add_AttendanceServiceServicer_to_server
from fahu.courses.v1.booking_service_pb2_grpc import add_BookingServiceServicer_to_server
from fahu.courses.v1.calendar_feed_service_pb2_grpc import add_CalendarFeedServiceServicer_to_server
from fahu.courses.v1.evaluation_service_pb2_grpc import add_EvaluationServiceServicer_to_server
from fahu.courses.v1.lecture_service_pb2_grpc import add_LectureServiceServicer_to_server

from kit import migrate, runtime
from kit.assembly import Assembly, assemble, rebuild_since, redrive_all
from kit.db import Database
from kit.rpc import carrier
from kit.settings import DatabaseSettings
from services.courses.handlers import HANDLERS
from services.courses.service import booking_moves
from services.courses.service.reference import load_groups_and_zones
from services.courses.servicer.attendance import AttendanceServicer
from services.courses.servicer.bookings import BookingServicer
from services.courses.servicer.calendar_feeds import CalendarFeedServicer
from services.courses.servicer.evaluations import EvaluationServicer
from services.courses.servicer.lectures import LectureServicer
from services.courses.settings import CoursesSettings

NAME = "courses"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    lecture_service_pb2.DESCRIPTOR.services_by_name["LectureService"],
    booking_service_pb2.DESCRIPTOR.services_by_name["BookingService"],
    attendance_service_pb2.DESCRIPTOR.services_by_name["AttendanceService"],
    evaluation_service_pb2.DESCRIPTOR.services_by_name["EvaluationService"],
    calendar_feed_service_pb2.DESCRIPTOR.services_by_name["CalendarFeedService"],
    carrier.SERVICE,
]


async def serve() -> int:
    settings = CoursesSettings()
    assembly = await assemble(NAME, settings, MIGRATIONS)
    assembly.consume("registry", HANDLERS)
    assembly.runtime.every(settings.sweep_seconds, "queues", lambda: sweep(assembly))
    return await assembly.serve(SERVICES, access_pb2.rule, registrations(assembly.database, settings))


def registrations(database: Database, settings: CoursesSettings) -> list[Callable[[grpc.aio.Server], None]]:
    """The servicers of all SERVICES, in their order, for a server."""
    return [
        partial(add_LectureServiceServicer_to_server, LectureServicer(database, settings.lecture_terms())),
        partial(add_BookingServiceServicer_to_server, BookingServicer(database)),
        partial(add_AttendanceServiceServicer_to_server, AttendanceServicer(database, settings.attendance_terms())),
        partial(add_EvaluationServiceServicer_to_server, EvaluationServicer(database)),
        partial(add_CalendarFeedServiceServicer_to_server, CalendarFeedServicer(database)),
    ]


async def sweep(assembly: Assembly) -> None:
    """Let offers and queues end whose time has come, lecture by lecture until none is left."""
    for end in (booking_moves.end_offers, booking_moves.end_queues):
        looked_at = 1
        while looked_at:
            async with assembly.database.begin() as session:
                looked_at = await end(session, datetime.now(UTC))


async def load() -> str:
    database = Database(DatabaseSettings().database_url.get_secret_value())
    async with database.begin() as session:
        count = await load_groups_and_zones(session)
    await database.close()
    return f"{count} groups and zones"


if __name__ == "__main__":
    commands = {
        "migrate": lambda: migrate.upgrade(MIGRATIONS, DatabaseSettings().database_url.get_secret_value()),
        "load-groups": load,
        "redrive": lambda: redrive_all(NAME, HANDLERS),
        "rebuild": rebuild_since,
    }
    runtime.main(NAME, serve, **commands)
