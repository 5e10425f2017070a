"""Sends what is due through WeChat and records what came of it; where WeChat cannot, the centre gets a call task in time.

Sending and recording cannot be one step. If a process dies between them, or an answer is lost, WeChat may or may not have
taken the message. It is then sent again, on the consent it already holds: a person sees a message twice only if they hold
a spare consent, and that costs a glance; treating it as sent would now and then tell nobody, and treating it as failed would
have the centre telephone after every restart. If WeChat answers the second time that there is no consent left, the centre
calls: silence is the one outcome that must not happen. A consent goes back only where WeChat surely took nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import grpc
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults
from kit.db import Database, with_retries
from kit.wechat import NoConsent, NotSent, Retryable, WechatClient, WechatError
from services.notify import queries
from services.notify.addresses import AddressBook
from services.notify.rules import BATCH, CONCURRENT, SEND_SECONDS, Cause, State
from services.notify.service import deliveries
from services.notify.service.deliveries import Attempt
from services.notify.settings import WechatSettings
from services.notify.texts import Message, wechat_values
from services.notify.ways import ABOUT_ACCOUNTS, BESIDE_DEMANDS

# After a start, what waited gets its chance with WeChat before it is handed to the centre for being late.
FIRST_CHANCE = timedelta(seconds=30)
log = logging.getLogger(__name__)
DELIVERIES = Counter("fahu_notify_deliveries_total", "What became of deliveries, by channel.", ("channel", "outcome"))
OLDEST = Gauge("fahu_notify_oldest_pending_seconds", "Age of the oldest message that is neither delivered nor handed on.")
CHANNELS = {State.CALL_TASK: "call", State.INBOX_ONLY: "inbox"}
Clock = Callable[[], datetime]
Result = TypeVar("Result")
Record = Callable[[AsyncSession, Attempt, datetime], Awaitable[list[State]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: how it is counted, and what to do about it."""

    name: str
    record: Record
    cause: Cause = Cause.UNREACHABLE


def utc_now() -> datetime:
    return datetime.now(UTC)


def _count(states: Sequence[State], cause: Cause) -> None:
    for state in states:
        DELIVERIES.labels(CHANNELS[state], cause.lower()).inc()


SENT = Outcome("sent", deliveries.sent)
NO_ADDRESS_BOOK = Outcome("no_address_book", partial(deliveries.try_again, code=0, maybe_taken=False))
NOT_BOUND = Outcome("not_bound", deliveries.not_bound, Cause.NOT_BOUND)


class Sender:
    """One of possibly several at work on the same table. `clock` is for those who cannot wait."""

    def __init__(
        self,
        database: Database,
        wechat: WechatClient,
        addresses: AddressBook,
        settings: WechatSettings,
        clock: Clock = utc_now,
    ) -> None:
        self._database = database
        self._wechat = wechat
        self._addresses = addresses
        self._settings = settings
        self._now = clock
        self._template_ids = {purpose: template.id for purpose, template in settings.wechat_templates.items()}
        self._at_once = asyncio.Semaphore(CONCURRENT)
        self._first_expiry = clock() + FIRST_CHANCE
        self._at_work = asyncio.Lock()
        self._closing = False

    async def drain(self) -> None:
        """Batch by batch until nothing is due."""
        due = BATCH
        while due == BATCH and not self._closing:
            async with self._at_work:
                due = await self.deliver_batch()

    async def close(self) -> None:
        """Finish the batch at hand and begin no other, so that no outcome stays unknown."""
        self._closing = True
        async with self._at_work:
            return

    async def watch(self) -> None:
        """Hand on what is late, and measure what waits; called every few seconds."""
        if self._now() > self._first_expiry:
            await self.expire()
        async with self._database.read() as session:
            oldest = await queries.oldest_pending(session)
        OLDEST.set((self._now() - oldest).total_seconds() if oldest else 0)

    async def expire(self) -> None:
        """Hand on everything that could not be sent in time."""
        while states := await self._in_transaction(deliveries.give_up_overdue):
            _count(states, Cause.UNREACHABLE)

    async def deliver_batch(self) -> int:
        """Send what is due, at most one batch. Returns how many messages were due."""
        claimed = await self._in_transaction(partial(deliveries.claim, template_ids=self._template_ids))
        _count(claimed.unsent, Cause.NO_CONSENT)
        if claimed.attempts:
            faults.point("notify.after_claim")
            openids = await self._openids(claimed.attempts)
            tries = [self._try(attempt, openids) for attempt in claimed.attempts]
            for result in await asyncio.gather(*tries, return_exceptions=True):
                if isinstance(result, Exception):
                    log.error("an attempt failed; its lease will end", exc_info=result)
        return claimed.due

    async def _openids(self, attempts: Sequence[Attempt]) -> Mapping[UUID, str] | None:
        """Where to send; None while registry is away."""
        try:
            return await self._addresses.openids({attempt.person_id for attempt in attempts})
        except grpc.aio.AioRpcError as error:
            log.warning("registry gives no addresses: %s", error.code().name)
            return None

    async def _try(self, attempt: Attempt, openids: Mapping[UUID, str] | None) -> None:
        """One attempt and the record of its outcome. Too close to the end of the lease it is left to who comes next."""
        async with self._at_once:
            if self._now() + SEND_SECONDS > attempt.lease_until:
                return
            outcome = await self._outcome(attempt, openids)
            DELIVERIES.labels("wechat", outcome.name).inc()
            states = await self._in_transaction(lambda session, now: outcome.record(session, attempt, now))
            _count(states, outcome.cause)

    async def _outcome(self, attempt: Attempt, openids: Mapping[UUID, str] | None) -> Outcome:
        if openids is None:
            return NO_ADDRESS_BOOK
        openid = openids.get(attempt.person_id)
        return await self._send(attempt, openid) if openid else NOT_BOUND

    async def _send(self, attempt: Attempt, openid: str) -> Outcome:
        template = self._settings.wechat_templates[attempt.purpose]
        faults.point("notify.before_send")
        try:
            await self._wechat.send_subscribe_message(
                openid,
                template.id,
                wechat_values(template.fields, attempt.message),
                page=self._page(attempt.message),
                miniprogram_state=self._settings.wechat_miniprogram_state,
            )
        except WechatError as error:
            log.warning("WeChat did not take %s: %s", attempt.id, error)
            return _failure(error, template.id)
        faults.point("notify.after_send")
        return SENT

    def _page(self, message: Message) -> str:
        page = self._settings.wechat_page
        if message.kind in ABOUT_ACCOUNTS:
            page = self._settings.wechat_account_page
        elif message.kind in BESIDE_DEMANDS:
            page = self._settings.wechat_programme_page
        return page.format(kind=message.kind, subject_id=message.subject_id)

    async def _in_transaction(self, work: Callable[[AsyncSession, datetime], Awaitable[Result]]) -> Result:
        async def unit() -> Result:
            async with self._database.begin() as session:
                return await work(session, self._now())

        return await with_retries(unit)


def _failure(error: WechatError, template_id: str) -> Outcome:
    code = error.errcode or 0
    match error:
        case NoConsent():
            record = partial(deliveries.consent_refused, template_id=template_id, code=code)
            return Outcome("no_consent", record, Cause.REFUSED)
        case Retryable():
            # An answer in WeChat's own words says no; a silence may follow a message that was taken.
            maybe_taken = error.errcode is None and not isinstance(error, NotSent)
            return Outcome("retry", partial(deliveries.try_again, code=code, maybe_taken=maybe_taken))
    return Outcome("refused", partial(deliveries.message_refused, code=code), Cause.REFUSED)
