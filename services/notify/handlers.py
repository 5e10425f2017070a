"""The NATS edge of notify: what dispatch tells and reminders of surveys go into inboxes, units' names are kept as a copy."""

from functools import partial

from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.notify.live import OpenPages
from services.notify.notices import READERS
from services.notify.service.inbox import announce
from services.notify.service.surveys import remind
from services.notify.service.units import keep_names


def from_registry(pages: OpenPages) -> Handlers:
    return {events_pb2.UnitChanged: keep_names, events_pb2.SurveyReminderDue: partial(remind, pages)}


def from_dispatch(pages: OpenPages) -> Handlers:
    """One function for all events of a demand; notices.py tells them apart."""
    return dict.fromkeys(READERS, partial(announce, pages))
