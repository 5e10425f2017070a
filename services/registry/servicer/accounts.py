"""AccountService: sign-in, sessions and addresses."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import account_pb2, account_service_pb2, account_service_pb2_grpc
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.errors import FieldsInvalid, FieldViolation
from kit.rpc.interceptors import actor_of
from services.registry.errors import CredentialsWrong, InviteInvalid, SessionEnded
from services.registry.personal import Passwords, PersonalData
from services.registry.queries import people as people_queries
from services.registry.queries import sessions as session_queries
from services.registry.rules import year_of
from services.registry.rules.sessions import SessionPolicy
from services.registry.service import accounts, invites, sessions
from services.registry.servicer import encode

pb = account_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class AccountServicer(account_service_pb2_grpc.AccountServiceServicer):
    def __init__(self, db: Database, personal: PersonalData, passwords: Passwords, policy: SessionPolicy) -> None:
        self.db = db
        self.personal = personal
        self.passwords = passwords
        self.policy = policy

    async def SignInWithWechat(self, request: pb.SignInWithWechatRequest, context: Context) -> pb.SignInWithWechatResponse:
        if request.invite_code:
            return await self._sign_in_with_invite(request)
        now = datetime.now(UTC)
        async with self.db.begin() as session:
            opened = await accounts.sign_in_with_wechat(
                session, self.personal, request.openid, request.phone, now, self.policy
            )
            account = await self._account(session, opened.person_id, now)
        if opened.tokens_from:  # what is signed before that is as void as the tokens of the account that had to go
            await asyncio.sleep((opened.tokens_from - datetime.now(UTC)).total_seconds())
        return pb.SignInWithWechatResponse(account=account, session=encode.session(opened))

    async def _sign_in_with_invite(self, request: pb.SignInWithWechatRequest) -> pb.SignInWithWechatResponse:
        if request.phone:
            raise FieldsInvalid([FieldViolation("invite_code", "one_of", "Either a phone or an invite code.")])
        now, account = datetime.now(UTC), None
        async with self.db.begin() as session:
            opened = await invites.sign_in_with_invite(
                session, self.personal, request.openid, request.invite_code, now, self.policy
            )
            if opened:
                account = await self._account(session, opened.person_id, now)
        if opened is None or account is None:
            raise InviteInvalid  # outside the transaction: the attempt must count
        return pb.SignInWithWechatResponse(account=account, session=encode.session(opened))

    async def SignInWithPassword(
        self, request: pb.SignInWithPasswordRequest, context: Context
    ) -> pb.SignInWithPasswordResponse:
        async with self.db.read() as session:
            staff = await people_queries.staff_by_login(session, request.login_name)
        right = await self.passwords.fits(staff.password_hash if staff else None, request.password)
        if staff is None or not right:
            raise CredentialsWrong
        now = datetime.now(UTC)
        async with self.db.begin() as session:
            opened = await accounts.sign_in_with_password(session, self.personal, staff, request.totp, now, self.policy)
            account = await self._account(session, opened.person_id, now)
        return pb.SignInWithPasswordResponse(account=account, session=encode.session(opened))

    async def RefreshSession(self, request: pb.RefreshSessionRequest, context: Context) -> pb.RefreshSessionResponse:
        now = datetime.now(UTC)
        account = None
        async with self.db.begin() as session:
            opened = await sessions.refresh(session, self.personal, request.refresh_token, now, self.policy)
            if opened:
                account = await self._account(session, opened.person_id, now)
        if opened is None or account is None or not account.roles:
            raise SessionEnded  # outside the transaction: a token used twice must stay dead
        return pb.RefreshSessionResponse(account=account, session=encode.session(opened))

    async def EndSession(self, request: pb.EndSessionRequest, context: Context) -> pb.EndSessionResponse:
        async with self.db.begin() as session:
            await sessions.end_session(session, request.refresh_token)
        return pb.EndSessionResponse()

    async def GetAccount(self, request: pb.GetAccountRequest, context: Context) -> pb.GetAccountResponse:
        async with self.db.read() as session:
            account = await self._account(session, actor_of(context).person_id, datetime.now(UTC))
        return pb.GetAccountResponse(account=account)

    async def ListRevocations(self, request: pb.ListRevocationsRequest, context: Context) -> pb.ListRevocationsResponse:
        since = datetime.now(UTC) - sessions.RELEVANT
        async with self.db.read() as session:
            found = await session_queries.revocations(session, request.after_position, since)
        revocations = [
            account_pb2.Revocation(person_id=str(row.person_id), before=encode.moment(row.before), position=row.position)
            for row in found
        ]
        return pb.ListRevocationsResponse(revocations=revocations)

    async def BatchGetWechatAddresses(
        self, request: pb.BatchGetWechatAddressesRequest, context: Context
    ) -> pb.BatchGetWechatAddressesResponse:
        async with self.db.read() as session:
            found = await people_queries.people(session, [UUID(person_id) for person_id in request.person_ids])
        addresses = [
            account_pb2.WechatAddress(person_id=str(person.id), openid=self.personal.openid(person)) for person in found
        ]
        return pb.BatchGetWechatAddressesResponse(addresses=addresses)

    async def _account(self, session: AsyncSession, person_id: UUID, now: datetime) -> account_pb2.Account:
        return encode.account(await people_queries.account_view(session, person_id, year_of(now)), self.personal)
