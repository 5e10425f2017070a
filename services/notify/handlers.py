"""The NATS edge of notify: what dispatch and registry tell goes into inboxes, the names of units are kept as a copy."""

from functools import partial

from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.notify.live import OpenPages
from services.notify.notices import READERS
from services.notify.service import programme
from services.notify.service.inbox import announce
from services.notify.service.units import keep_names

FROM_REGISTRY: Handlers = {events_pb2.UnitChanged: keep_names}


def from_registry(pages: OpenPages) -> Handlers:
    """Names of units, and what its programme of the year asks of people."""
    return {**FROM_REGISTRY, **dict.fromkeys(programme.READERS, partial(programme.announce, pages))}


def from_dispatch(pages: OpenPages) -> Handlers:
    """One function for all events of a demand; notices.py tells them apart."""
    return dict.fromkeys(READERS, partial(announce, pages))
