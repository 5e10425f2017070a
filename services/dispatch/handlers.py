"""The NATS edge of dispatch: what registry tells is kept as dispatch's own copy."""

from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.dispatch.service import reference

HANDLERS: Handlers = {
    events_pb2.UnitChanged: reference.keep_units,
    events_pb2.LiaisonPointChanged: reference.keep_points,
}
