"""The NATS edge of notify: what the others tell goes into inboxes, the names of units are kept as a copy."""

from functools import partial

from fahu.registry.v1 import events_pb2

from kit.events.handling import Handlers
from services.notify import accounts
from services.notify.live import OpenPages
from services.notify.notices import READERS
from services.notify.service import consultations, courses, lecture_requests, programme
from services.notify.service.inbox import announce, announce_accounts
from services.notify.service.surveys import remind
from services.notify.service.telling import announce as announce_named
from services.notify.service.units import keep_names


def from_registry(pages: OpenPages) -> Handlers:
    """The names of units, what people are told about accounts, reminders of surveys, and what projects ask of people."""
    told = dict.fromkeys(accounts.READERS, partial(announce_accounts, pages))
    told |= dict.fromkeys(programme.READERS, partial(announce_named, programme.READERS, pages))
    return {events_pb2.UnitChanged: keep_names, events_pb2.SurveyReminderDue: partial(remind, pages), **told}


def from_dispatch(pages: OpenPages) -> Handlers:
    """One function for all events of a demand; notices.py tells them apart."""
    return dict.fromkeys(READERS, partial(announce, pages))


def from_courses(pages: OpenPages) -> Handlers:
    """Lectures and seats in them, requests for lectures, consultations on site."""
    readers = {**courses.READERS, **lecture_requests.READERS, **consultations.READERS}
    return dict.fromkeys(readers, partial(announce_named, readers, pages))


def everything(pages: OpenPages) -> Handlers:
    """The handlers of all sources together."""
    return {**from_dispatch(pages), **from_registry(pages), **from_courses(pages)}
