"""The NATS edge of dispatch: registry's word is kept as dispatch's own copy; courses tells what becomes a demand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from fahu.courses.v1 import events_pb2 as courses_events
from fahu.registry.v1 import events_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.events.handling import Delivery, Handlers
from services.dispatch.follow_ups import FollowUps
from services.dispatch.moves import Course
from services.dispatch.service import follow_ups as service
from services.dispatch.service import reference
from services.dispatch.service.intake import Draft

HANDLERS: Handlers = {
    events_pb2.UnitChanged: reference.keep_units,
    events_pb2.LiaisonPointChanged: reference.keep_points,
}


def from_courses(follow_ups: FollowUps, course: Course) -> Handlers:
    """An enterprise agreed that a record of a consultation becomes a demand: its text is fetched, and filed."""

    async def file(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            told = await follow_ups.of(UUID(delivery.event.consultation_record_id))
            draft = Draft("DEMAND", told.category_code, told.title, told.body, "ON_SITE", told.enterprise_id)
            by = Actor(subject=str(told.recorded_by), unit_code=told.unit_code)
            years = (course.calendar.day_of(told.answered_at).year, told.year)
            await service.file(session, told.record_id, by, draft, years, course, datetime.now(UTC))

    return {courses_events.ConsultationFollowUpAgreed: file}
