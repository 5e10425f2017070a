"""Which services a stack runs, and the environment each of their processes gets."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.environment import ROOT, Layout, Ports
from stack.wechat_sandbox import DEMO_APP_ID, DEMO_SECRET

# Nothing of ours is inherited: a setting left in somebody's shell must not change what a stack does.
BASE = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}",
    "PYTHONUNBUFFERED": "1",
}
EVERY = "*"
# Where `make fonts` puts what papers are drawn with.
FONTS = Path(sys.prefix) / "fonts"


@dataclass(frozen=True)
class Program:
    """A service. `draws`: papers, with the environment's fonts. `listens_to`: those whose events it keeps copies of."""

    name: str
    has_database: bool = True
    keeps_files: bool = False
    draws: bool = False
    listens_to: tuple[str, ...] = ()


PROGRAMS = {
    program.name: program
    for program in (
        Program("registry", draws=True),
        Program("dispatch", keeps_files=True, listens_to=("registry", "courses")),
        Program("courses", keeps_files=True, listens_to=("registry", "dispatch")),
        Program("notify", listens_to=("registry", "dispatch", "courses")),
        Program("gateway", has_database=False),
    )
}
SERVICES = tuple(PROGRAMS)


@dataclass(frozen=True)
class Process:
    """One process of a service; a service has as many as it has replicas."""

    name: str
    program: Program


def processes_of(services: Sequence[str], replicas: Mapping[str, int]) -> list[Process]:
    """The processes by name: "dispatch", and "dispatch-2" for its second replica."""
    return [
        Process(service if number == 1 else f"{service}-{number}", PROGRAMS[service])
        for service in services
        for number in range(1, replicas.get(service, 1) + 1)
    ]


@dataclass(frozen=True)
class Surroundings:
    """What processes are told about each other and about the servers they use."""

    layout: Layout
    ports: Ports
    processes: Sequence[Process]
    databases: Mapping[str, str]
    nats_url: str
    nats_monitor_url: str
    wechat_url: str
    overrides: Mapping[str, Mapping[str, str]]
    arguments: Mapping[str, Sequence[str]]

    def command_of(self, process: Process) -> list[str]:
        """What Python is to run for a process."""
        usual = ("-m", f"services.{process.program.name}")
        return list(self.arguments.get(process.name, self.arguments.get(process.program.name, usual)))

    def target_of(self, service: str) -> str:
        """Where gRPC finds all processes of a service; if it is not part of this stack, where it would be."""
        names = [p.name for p in self.processes if p.program.name == service] or [service]
        ports = [self.ports.of(f"{name}.grpc") for name in names]
        addresses = [f"127.0.0.1:{port}" for port in ports]
        return addresses[0] if len(addresses) == 1 else "ipv4:" + ",".join(addresses)

    def env_of(self, process: Process) -> dict[str, str]:
        """The whole environment of one process."""
        service = process.program.name
        env = (
            BASE
            | self._shared(process)
            | {
                "FAHU_SIGNING_KEY_FILE": str(self.layout.signing_key(service)),
                "FAHU_KEYRING_FILE": str(self.layout.keyring(service)),
                "FAHU_OPS_PORT": str(self.ports.of(f"{process.name}.ops")),
            }
        )
        if process.program.has_database:
            env["FAHU_DATABASE_URL"] = self.databases[service]
            env["FAHU_GRPC_PORT"] = str(self.ports.of(f"{process.name}.grpc"))
        else:
            env["FAHU_HTTP_PORT"] = str(self.ports.of(f"{process.name}.http"))
        if process.program.keeps_files:
            env["FAHU_BLOB_FOLDER"] = str(self.layout.blobs(service))
        if process.program.draws:
            env["FAHU_FONT_FOLDER"] = str(FONTS)
            env["FAHU_PUBLIC_URL"] = f"http://127.0.0.1:{self.ports.of('gateway.http')}"
        for whom in (EVERY, service, process.name):
            env |= self.overrides.get(whom, {})
        return env

    def _shared(self, process: Process) -> dict[str, str]:
        others = {other for other in PROGRAMS.values() if other.has_database} - {process.program}
        targets = {f"FAHU_{other.name.upper()}_TARGET": self.target_of(other.name) for other in others}
        return targets | {
            "FAHU_HOST": "127.0.0.1",
            "FAHU_NATS_URL": self.nats_url,
            "FAHU_NATS_MONITOR_URL": self.nats_monitor_url,
            "FAHU_TRUSTED_KEYS_FILE": str(self.layout.trusted_keys),
            "FAHU_WECHAT_BASE_URL": self.wechat_url,
            "FAHU_WECHAT_APP_ID": DEMO_APP_ID,
            "FAHU_WECHAT_SECRET": DEMO_SECRET,
        }
