"""A whole platform as one object: `make run`, tests, drills and benchmarks start it, look into it and end it."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Self

from stack.backends import NATS, POSTGRES, Backends
from stack.child import Child, ServiceProcess, each, together
from stack.commands import run_python
from stack.environment import Layout, Lock, OwnServers, Ports, StackError, make_keys, write_json
from stack.leftovers import end_leftovers
from stack.loading import Loaded, prepare
from stack.programs import PROGRAMS, SERVICES, Process, Surroundings, processes_of
from stack.readiness import wait_ready
from stack.servers import Nats, Postgres
from stack.settling import settle

DemoData = Literal["full", "minimal", "none"]


def _silent(_message: str) -> None:
    """For those who want no news."""


class Stack:
    """Real servers, the WeChat sandbox and every service as its own process, under one folder.

    `services` may be fewer than all, down to none. `replicas` gives a service more processes ("dispatch-2" is the second).
    `env_overrides` and `commands` are by service, by process, or (environment only) "*" for all; a command is what Python
    runs instead of `-m services.<name>`. `supervising` may be switched off and on at any time.
    """

    def __init__(
        self,
        name: str = "main",
        data_dir: Path | None = None,
        *,
        services: Sequence[str] = SERVICES,
        replicas: Mapping[str, int] | None = None,
        env_overrides: Mapping[str, Mapping[str, str]] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
        postgres_settings: Mapping[str, str] | None = None,
        demo_data: DemoData = "full",
        given: OwnServers | None = None,
        tell: Callable[[str], None] = _silent,
    ) -> None:
        self.layout = Layout.of(name, data_dir)
        self.supervising = True
        self.started_in = 0.0
        self.loaded: Loaded | None = None
        self._demo_data = demo_data
        self._tell = tell
        self._lock = Lock(self.layout.folder)
        self._launcher = ThreadPoolExecutor(max_workers=8, thread_name_prefix="stack")
        self._given = given or OwnServers.model_construct()
        self._ports = Ports(self.layout.folder)
        self._backends = Backends(self.layout, self._ports, self._given, postgres_settings or {}, self._launcher)
        self._processes = processes_of(services, replicas or {})
        self._with_database = [service for service in services if PROGRAMS[service].has_database]
        self._overrides, self._arguments = env_overrides or {}, commands or {}
        self._children: dict[str, Child] = dict(self._backends.children)
        self._watchers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything; return when all are ready and have heard of each other. Call stop() also where this fails."""
        begun = time.monotonic()
        self.layout.prepare()
        self._lock.take()
        self._given.check()
        await asyncio.to_thread(end_leftovers, self.layout)
        make_keys(self.layout, SERVICES)
        self._tell("启动 PostgreSQL、NATS 和微信沙箱 …")
        await self._backends.start()
        self._write_status()
        if self._with_database:
            self._tell("建库、迁移、载入数据 …")
            await self._prepare_databases()
        if self._processes:
            self._tell("启动各服务 …")
            await self._start_services()
            await self.settle()
        self._watchers = [asyncio.create_task(self._watch(child)) for child in self._children.values()]
        self.started_in = time.monotonic() - begun
        self._write_status()

    async def stop(self) -> None:
        """End everything in order, the door first and the servers last. Nothing of it runs afterwards, and it ends there."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers.clear()
        servers = list(self._backends.children.values())
        services = [child for child in self._children.values() if child not in servers]
        doors = [child for child in services if child.name.startswith("gateway")]
        for stage in (doors, [child for child in services if child not in doors], servers):
            await each(stage, Child.stop)
        self._launcher.shutdown()
        if self._lock.held:
            self.layout.status.unlink(missing_ok=True)
            self.layout.surroundings.unlink(missing_ok=True)
            self._lock.give_back()

    @property
    def owns_folder(self) -> bool:
        """Whether this object, and not another process, is who runs the stack of its folder."""
        return self._lock.held

    def kill_all(self) -> None:
        """SIGKILL everything at once: for whoever cannot wait for stop()."""
        for child in self._children.values():
            if child.running:
                child.server.kill()

    async def _prepare_databases(self) -> None:
        """Make the databases, bring them to the newest revision, and load what they lack."""
        for service in self._with_database:
            await asyncio.to_thread(self._backends.create_database, service)
        loading = None
        if self._demo_data != "none" and "registry" in self._with_database:
            minimal = self._demo_data == "minimal"
            loading = await asyncio.to_thread(prepare, self.layout, self.database_url("registry"), minimal)
        commands = loading.commands if loading else {}
        await together(*[self._run_batch(one, [["migrate"], *commands.get(one, ())]) for one in self._with_database])
        if loading:
            loading.done()
            self.loaded = loading.loaded

    async def _run_batch(self, service: str, commands: Sequence[Sequence[str]]) -> None:
        env = self._surroundings.env_of(Process(service, PROGRAMS[service]))
        await run_python(["-m", "stack.batch", service, json.dumps(commands)], env)

    async def _start_services(self) -> None:
        for process in self._processes:
            self.layout.keep_last_log(process.name)
            self._children[process.name] = Child(process.name, self._starter(process), self._launcher)
        children = [self._children[process.name] for process in self._processes]
        await each(children, Child.start)
        self._write_status()
        await together(*[self.wait_ready(child.name) for child in children])

    def _starter(self, process: Process) -> Callable[[], ServiceProcess]:
        command, env = self._surroundings.command_of(process), self._surroundings.env_of(process)
        log, port = self.layout.log(process.name), self._ports.of(f"{process.name}.ops")
        return lambda: ServiceProcess.start(command, env, log, port)

    @property
    def _surroundings(self) -> Surroundings:
        return Surroundings(
            layout=self.layout,
            ports=self._ports,
            processes=self._processes,
            databases={name: self.database_url(name) for name in self._with_database},
            nats_url=self._backends.nats_url,
            nats_monitor_url=self._backends.nats_monitor_url,
            wechat_url=self._backends.wechat_url,
            overrides=self._overrides,
            arguments=self._arguments,
        )

    async def _watch(self, child: Child) -> None:
        await child.keep_alive(lambda: self.supervising, self._revived)

    def _revived(self, child: Child) -> None:
        self._tell(f"{child.name} 曾退出，已重新启动（第 {child.restarts} 次）")
        self._write_status()

    # What others ask of a running stack. Names are "postgres", "nats", "wechat" and those of the processes.

    async def run_command(self, service: str, *arguments: str) -> str:
        """Run a command of a service, as `python -m services.<service> <arguments>`, and return what it printed."""
        process = Process(service, PROGRAMS[service])
        command = ["-m", f"services.{service}", *arguments]
        return await run_python(command, self._surroundings.env_of(process))

    async def wait_ready(self, name: str, seconds: float = 120.0) -> None:
        """Return once the process says that it is ready. Raises StackError with the end of its log if that does not come."""
        await wait_ready(self._children[name], self.ops_url(name), self.layout.log(name), seconds)

    async def settle(self, seconds: float = 120.0) -> None:
        """Return once every event written is published and taken in by all who listen."""
        programs = {process.program for process in self._processes}
        await settle(programs, self._surroundings.databases, self._backends.nats_monitor_url, seconds)

    async def kill(self, name: str) -> None:
        """SIGKILL a process with its children. While supervised, it comes back by itself."""
        await self._children[name].kill()

    async def halt(self, name: str) -> None:
        """End a process in good order and keep it down until resume()."""
        await self._children[name].stop()

    async def resume(self, name: str) -> None:
        await self._children[name].start()
        self._write_status()

    async def restart(self, name: str) -> None:
        await self.halt(name)
        await self.resume(name)

    def pid(self, name: str) -> int:
        """The process's id now. Raises NotRunning while it is down."""
        return self._children[name].server.pid

    def pids(self) -> dict[str, int]:
        """Ids of all processes that run now, by name."""
        return {name: child.server.pid for name, child in self._children.items() if child.running}

    def restarts(self, name: str) -> int:
        """How often supervision had to start it again."""
        return self._children[name].restarts

    def url(self, name: str = "gateway") -> str:
        """Where a process answers: HTTP for the gateway and WeChat, else the address of its gRPC server."""
        if name == "wechat":
            return self._backends.wechat_url
        if name.startswith("gateway"):
            return f"http://127.0.0.1:{self._ports.of(f'{name}.http')}"
        return f"127.0.0.1:{self._ports.of(f'{name}.grpc')}"

    def ops_url(self, name: str) -> str:
        """Where a service answers /livez, /readyz and /metrics."""
        return f"http://127.0.0.1:{self._ports.of(f'{name}.ops')}"

    def database_url(self, service: str) -> str:
        return self._backends.database_url(service)

    @property
    def nats_url(self) -> str:
        return self._backends.nats_url

    @property
    def nats_monitor_url(self) -> str:
        return self._backends.nats_monitor_url

    @property
    def nats(self) -> Nats:
        """The NATS server of this stack; there is none where one was given by URL."""
        server = self._children[NATS].server
        if not isinstance(server, Nats):
            raise StackError("not a NATS of ours")
        return server

    @property
    def postgres(self) -> Postgres:
        """The PostgreSQL server of this stack; there is none where one was given by URL."""
        server = self._children[POSTGRES].server
        if not isinstance(server, Postgres):
            raise StackError("not a PostgreSQL of ours")
        return server

    def status(self) -> dict[str, Any]:
        """What stack.json tells other tools."""
        own = [process.name for process in self._processes]
        return {
            "name": self.layout.name,
            "folder": str(self.layout.folder),
            "started_in_seconds": round(self.started_in, 1),
            "pids": self.pids(),
            "urls": {name: self.url(name) for name in [*own, "wechat"]},
            "ops": {name: self.ops_url(name) for name in own},
            "logs": {name: str(self.layout.log(name)) for name in own},
            "nats": {"url": self.nats_url, "monitor": self.nats_monitor_url},
            "databases": {name: self.database_url(name) for name in self._with_database},
            "accounts": self.loaded.as_json() if self.loaded else {},
        }

    def _write_status(self) -> None:
        write_json(self.layout.status, self.status())
        services = {process.program.name: process.program for process in self._processes}
        surroundings = {name: self._surroundings.env_of(Process(name, program)) for name, program in services.items()}
        write_json(self.layout.surroundings, surroundings)
