"""The words of every message, Chinese first and English beside, by audience: an enterprise is addressed, staff are told."""

from collections.abc import Mapping

from services.notify.catalogue.accounts import FOR_DECIDERS, FOR_ONESELF
from services.notify.catalogue.agencies import FOR_AGENCIES
from services.notify.catalogue.consultations import OF_CONSULTATIONS
from services.notify.catalogue.courses import OF_COURSES
from services.notify.catalogue.enterprises import FOR_ENTERPRISES
from services.notify.catalogue.lecture_requests import OF_REQUESTS
from services.notify.catalogue.overseers import FOR_OVERSEERS
from services.notify.catalogue.programme import OF_PROGRAMME
from services.notify.catalogue.text import Texts
from services.notify.rules import Kind

# Where the facts of a message call for other words, its kind has one text for each value of the fact named here.
VARIANTS: Mapping[Kind, str] = {
    Kind.DEMAND_DISPOSITION_SET: "disposition",
    Kind.DEMAND_REPLIED: "reply",
    Kind.DEMAND_CLOSED: "unrated",
    Kind.DEMAND_RATED: "look_back",
    Kind.AGENCY_DEMAND_CLOSED: "unrated",
    Kind.APPROVAL_GRANTED: "approval",
    Kind.INFO_SUPPLIED: "timed_out",
    Kind.CENTRE_INFO_SUPPLIED: "timed_out",
    Kind.CENTRE_INFO_NOTED: "timed_out",
    Kind.OPINION_GIVEN: "waived",
    Kind.APPEAL_DECIDED: "upheld",
    Kind.DEMAND_JOINED: "taken_out",
    Kind.AGENCY_DEMAND_JOINED: "taken_out",
    Kind.LECTURE_REQUEST_ENDED: "end",
    Kind.AGENCY_LECTURE_REQUEST_ENDED: "end",
}
FOR_STAFF: Texts = {**FOR_AGENCIES, **FOR_OVERSEERS, **FOR_DECIDERS}
TEXTS: Texts = {
    **FOR_ENTERPRISES,
    **FOR_STAFF,
    **FOR_ONESELF,
    **OF_PROGRAMME,
    **OF_COURSES,
    **OF_REQUESTS,
    **OF_CONSULTATIONS,
}
