"""Composition root of notify, and its commands: migrate, redrive, rebuild --since TIME."""

from pathlib import Path

from fahu.access.v1 import access_pb2
from fahu.notify.v1 import notify_service_pb2
from fahu.notify.v1.notify_service_pb2_grpc import add_NotifyServiceServicer_to_server

from kit import migrate, runtime
from kit.assembly import Assembly, assemble, rebuild_since, redrive_all
from kit.rpc.client import RpcChannel
from kit.settings import DatabaseSettings
from kit.wechat import WechatClient
from services.notify.addresses import AddressBook
from services.notify.handlers import everything, from_courses, from_dispatch, from_registry
from services.notify.live import OpenPages
from services.notify.rules import SEND_SECONDS
from services.notify.sender import Sender
from services.notify.servicer import NotifyServicer
from services.notify.settings import NotifySettings

NAME = "notify"
MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [notify_service_pb2.DESCRIPTOR.services_by_name["NotifyService"]]
WATCH_SECONDS = 10.0
REGISTRY_SECONDS = 5.0


async def serve() -> int:
    settings = NotifySettings()
    assembly = await assemble(NAME, settings, MIGRATIONS)
    pages = OpenPages(assembly.client)
    assembly.runtime.spawn("open pages", pages.run())
    assembly.consume("dispatch", from_dispatch(pages))
    assembly.consume("registry", from_registry(pages))
    assembly.consume("courses", from_courses(pages))
    registry = RpcChannel(settings.registry_target, assembly.signer, REGISTRY_SECONDS)
    async with WechatClient(
        app_id=settings.wechat_app_id,
        secret=settings.wechat_secret.get_secret_value(),
        base_url=settings.wechat_base_url,
        timeout=SEND_SECONDS.total_seconds(),
    ) as wechat:
        send(assembly, Sender(assembly.database, wechat, AddressBook(registry), settings), settings.sender_seconds)
        servicer = NotifyServicer(assembly.database, settings.wechat_templates)
        status = await assembly.serve(
            SERVICES, access_pb2.rule, [lambda server: add_NotifyServiceServicer_to_server(servicer, server)]
        )
    await registry.close()
    return status


def send(assembly: Assembly, sender: Sender, seconds: float) -> None:
    """Have the sender at work for as long as the process lives."""
    assembly.runtime.every(seconds, "sender", sender.drain)
    assembly.runtime.every(WATCH_SECONDS, "late messages", sender.watch)
    assembly.runtime.on_stop(sender.close)


if __name__ == "__main__":
    commands = {
        "migrate": lambda: migrate.upgrade(MIGRATIONS, DatabaseSettings().database_url.get_secret_value()),
        # All sources at once: dead letters are kept by consumer, and this consumer has one name on every stream.
        "redrive": lambda: redrive_all(NAME, everything(OpenPages())),
        "rebuild": rebuild_since,
    }
    runtime.main(NAME, serve, **commands)
