"""The NATS edge of courses: what registry tells is kept as courses' own copy."""

from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.courses.service import reference

HANDLERS: Handlers = {
    events_pb2.UnitChanged: reference.keep_units,
    events_pb2.LiaisonPointChanged: reference.keep_points,
}
