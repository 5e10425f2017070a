"""Composition root: settings → bus, channels, WeChat → application → HTTP server."""

import asyncio

import uvicorn
from nats.aio.client import Client

from kit.auth import TokenSigner, TokenVerifier
from kit.events import bus
from kit.runtime import EmbeddedServer, Runtime, main
from kit.wechat import WechatClient
from services.gateway.app import build
from services.gateway.attempts import Attempts, Guesses
from services.gateway.auth import SURVEY_CALLS_AT_ONCE, UPLOADS_AT_ONCE, Parts
from services.gateway.clients import Clients, Targets
from services.gateway.protocol import BoundedProtocol
from services.gateway.revocations import POLL_SECONDS, Revocations
from services.gateway.settings import GatewaySettings
from services.gateway.stream import Streams

NAME = "gateway"
STREAM_CHECK_SECONDS = 1.0


def assemble(settings: GatewaySettings, client: Client) -> Parts:
    """Make what the routes work with."""
    signer = TokenSigner(settings.signing_key())
    targets = Targets(settings.registry_target, settings.dispatch_target, settings.courses_target, settings.notify_target)
    clients = Clients(targets, signer)
    streams = Streams(client)
    wechat_secret = settings.wechat_secret.get_secret_value()
    return Parts(
        clients=clients,
        verifier=TokenVerifier(settings.trusted_keys()),
        signer=signer,
        revocations=Revocations(clients.sessions, signer.lifetime, streams.end),
        streams=streams,
        wechat=WechatClient(app_id=settings.wechat_app_id, secret=wechat_secret, base_url=settings.wechat_base_url),
        per_address=Attempts("address", settings.sign_in_per_address),
        per_login=Attempts("login", settings.sign_in_per_login),
        per_openid=Attempts("openid", settings.sign_in_per_openid),
        refreshes=Attempts("refresh", settings.refresh_per_address),
        verifications=Attempts("verification", settings.verify_per_address),
        uploads=asyncio.Semaphore(UPLOADS_AT_ONCE),
        per_survey_link=Attempts("survey link", settings.survey_per_link),
        survey_guesses=Guesses("survey guess", settings.survey_guesses_per_address),
        survey_calls=asyncio.Semaphore(SURVEY_CALLS_AT_ONCE),
        invite_link=settings.invite_link,
        check_in_guesses=Guesses("check-in guess", settings.check_in_guesses_per_person),
        link_guesses=Guesses("link guess", settings.link_guesses_per_address),
        check_in_link=settings.check_in_link,
    )


def http_server(settings: GatewaySettings, parts: Parts) -> EmbeddedServer:
    """uvicorn with nothing it need not do for each request."""
    config = uvicorn.Config(
        build(parts),
        host=settings.host,
        port=settings.http_port,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=int(settings.drain_seconds),
    )
    return EmbeddedServer(config)


async def serve() -> int:
    """Live until told to stop; then end the streams and let requests finish."""
    settings = GatewaySettings()
    runtime, client = Runtime(NAME, settings), Client()
    parts = assemble(settings, client)
    server, ended = http_server(settings, parts), asyncio.Event()

    async def listen() -> None:
        await server.serve()
        ended.set()

    async def drain() -> None:
        parts.streams.stop()
        server.should_exit = True
        await ended.wait()

    async def join_bus() -> None:
        await bus.connect(client, settings.nats_url, NAME)
        await parts.revocations.subscribe(client)

    async def listening() -> None:
        if not server.started:
            raise RuntimeError("not listening yet")

    runtime.probes.checks["http"] = listening
    runtime.spawn("http", listen())
    runtime.spawn_once("bus", join_bus())
    runtime.every(POLL_SECONDS, "revocations", parts.revocations.poll)
    runtime.every(STREAM_CHECK_SECONDS, "streams", parts.streams.keep)
    for close in (parts.clients.close, parts.wechat.aclose, client.close, drain):
        runtime.on_stop(close)
    return await runtime.run()


if __name__ == "__main__":
    main(NAME, serve)
