"""The NATS edge of courses: courses' own copy of what registry tells, and which demands records became."""

from fahu.dispatch.v1 import events_pb2 as dispatch_events
from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.courses.service import consultation_records, reference

HANDLERS: Handlers = {
    events_pb2.UnitChanged: reference.keep_units,
    events_pb2.LiaisonPointChanged: reference.keep_points,
}
FROM_DISPATCH: Handlers = {dispatch_events.ConsultationFollowUpFiled: consultation_records.keep_filed}
