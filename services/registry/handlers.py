"""The NATS edge of registry: what dispatch tells of demands is counted, for the year's report."""

from fahu.dispatch.v1 import events_pb2

from kit.events.handling import Handlers
from services.registry.service import demand_courses

_TELLING = (
    events_pb2.DemandTriageRequired,
    events_pb2.DeadlineBreached,
    events_pb2.DemandRated,
    *demand_courses.HAPPENED,
)
HANDLERS: Handlers = dict.fromkeys(_TELLING, demand_courses.keep)
