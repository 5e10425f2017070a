"""The servers under a stack: PostgreSQL and NATS from wheels or given by URL, and the WeChat sandbox."""

from collections.abc import Mapping
from concurrent.futures import Executor
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from stack.child import Child, each
from stack.environment import Layout, OwnServers, Ports
from stack.servers import Nats, Postgres
from stack.wechat_server import WechatSandbox

POSTGRES, NATS, WECHAT = "postgres", "nats", "wechat"


class Backends:
    """Starts what is not given, on ports that stay the same, and says where everything is."""

    def __init__(
        self, layout: Layout, ports: Ports, given: OwnServers, postgres_settings: Mapping[str, str], launcher: Executor
    ) -> None:
        self._layout = layout
        self._ports = ports
        self._given = given
        self._postgres_settings = dict(postgres_settings)
        self.children: dict[str, Child] = {}
        starts = {POSTGRES: self._start_postgres, NATS: self._start_nats, WECHAT: self._start_wechat}
        for name, present in ((POSTGRES, given.postgres_url), (NATS, given.nats_url), (WECHAT, None)):
            if present is None:
                self.children[name] = Child(name, starts[name], launcher)

    async def start(self) -> None:
        await each(list(self.children.values()), Child.start)

    def _start_postgres(self) -> Postgres:
        port = self._ports.of(POSTGRES)
        return Postgres.start(self._layout.folder / POSTGRES, port=port, settings=self._postgres_settings)

    def _start_nats(self) -> Nats:
        ports = {"port": self._ports.of(NATS), "monitor_port": self._ports.of("nats.monitor")}
        return Nats.start(self._layout.folder / NATS, **ports)

    def _start_wechat(self) -> WechatSandbox:
        return WechatSandbox.start(self._layout.folder / WECHAT, port=self._ports.of(WECHAT))

    @property
    def nats_url(self) -> str:
        return self._given.nats_url or f"nats://127.0.0.1:{self._ports.of(NATS)}"

    @property
    def nats_monitor_url(self) -> str:
        return self._given.nats_monitor_url or f"http://127.0.0.1:{self._ports.of('nats.monitor')}"

    @property
    def wechat_url(self) -> str:
        return f"http://127.0.0.1:{self._ports.of(WECHAT)}"

    def database_url(self, service: str) -> str:
        """Each service has a database of its own, named after the stack: several stacks may share a given server."""
        database = f"fahu_{self._layout.name}_{service}".replace("-", "_")
        return urlsplit(self._server_url())._replace(path=f"/{database}").geturl()

    def create_database(self, service: str) -> None:
        """Create the database of a service unless it is there."""
        name = urlsplit(self.database_url(service)).path.removeprefix("/")
        with psycopg.connect(self._server_url(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _server_url(self) -> str:
        if self._given.postgres_url is not None:
            return self._given.postgres_url.get_secret_value()
        return f"postgresql://postgres@127.0.0.1:{self._ports.of(POSTGRES)}/postgres"
