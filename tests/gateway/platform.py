"""The whole platform as its own processes, for the gateway's tests: real services, real servers, invented people."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pyotp

from kit.crypto import Keyring
from stack.demo_data import Enterprise, Staff
from stack.process import Server, free_port, lifeline, spawn
from stack.programs import FONTS
from stack.wechat_sandbox import DEMO_APP_ID, DEMO_SECRET
from tests.signing import keys

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "dispatch", "courses", "notify", "gateway")
PASSWORD = "invented-for-tests"
TOTP_SECRET = pyotp.random_base32()


class ServiceProcess(Server):
    """One `python -m services.<name>`, ready when it says so."""

    def __init__(self, name: str, env: dict[str, str], folder: Path) -> None:
        log = folder / f"{name}.log"
        command: list[str | Path] = [*lifeline("TERM"), sys.executable, "-m", f"services.{name}"]
        super().__init__(spawn(command, log, env=env, cwd=ROOT), log, int(env["FAHU_OPS_PORT"]))

    def ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2.0, trust_env=False).is_success
        except httpx.TransportError:
            return False


@dataclass
class Platform:
    """Its processes by name, and how to start each again."""

    folder: Path
    shared: dict[str, str]
    databases: dict[str, str]
    processes: dict[str, ServiceProcess] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        private, public = keys()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "trusted.jwks").write_text(public)
        for name in SERVICES:
            (self.folder / f"{name}.jwk").write_text(private[name])
            self.ports |= {name: free_port(), f"{name}.ops": free_port()}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def env(self, name: str) -> dict[str, str]:
        own = {
            "FAHU_SIGNING_KEY_FILE": str(self.folder / f"{name}.jwk"),
            "FAHU_TRUSTED_KEYS_FILE": str(self.folder / "trusted.jwks"),
            "FAHU_OPS_PORT": str(self.ports[f"{name}.ops"]),
            "FAHU_WECHAT_APP_ID": DEMO_APP_ID,
            "FAHU_WECHAT_SECRET": DEMO_SECRET,
            "FAHU_GRPC_PORT": str(self.ports[name]),
            "FAHU_HTTP_PORT": str(self.ports[name]),
            "FAHU_DATABASE_URL": self.databases.get(name, ""),
            "FAHU_BLOB_FOLDER": str(self.folder / "blobs"),
            "FAHU_FONT_FOLDER": str(FONTS),
            "FAHU_PUBLIC_URL": self.url,
        }
        targets = {f"FAHU_{other.upper()}_TARGET": f"127.0.0.1:{self.ports[other]}" for other in SERVICES}
        base = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}"}
        return base | targets | own | self.shared

    def start(self, *names: str) -> None:
        for name in names:
            self.processes[name] = ServiceProcess(name, self.env(name), self.folder)
        for name in names:
            self.processes[name].wait_ready(self.processes[name].ready)

    def stop(self, *names: str) -> None:
        for name in names or tuple(self.processes)[::-1]:
            self.processes.pop(name).stop()

    def run(self, name: str, *arguments: str) -> str:
        """Run a service's command to its end."""
        command = [sys.executable, "-m", f"services.{name}", *arguments]
        done = subprocess.run(command, env=self.env(name), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def fill(platform: Platform, cohort: Sequence[Enterprise], people: Sequence[Staff], year: int) -> None:
    """Load the notice's data, some staff and a cohort through the services' own commands."""
    rows = [
        f"{one.uscc},{one.name},{one.area_code},{'区级' if one.level == 'district' else '镇级'},{one.liaison},{one.phone},是"
        for one in cohort
    ]
    table = platform.folder / "cohort.csv"
    table.write_text("\n".join(["统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意", *rows]), "utf-8")
    staff = platform.folder / "staff.json"
    staff.write_text(json.dumps([_entry(one) for one in people]), "utf-8")
    with ThreadPoolExecutor(1) as beside:
        categories = beside.submit(platform.run, "dispatch", "load-categories")
        platform.run("registry", "load-reference")
        platform.run("registry", "import-cohort", str(year), str(table))
        platform.run("registry", "add-staff", "--file", str(staff))
        categories.result()


def _entry(one: Staff) -> dict[str, Any]:
    return {
        "unit": one.unit_code,
        "roles": [one.role],
        "name": one.name,
        "phone": one.phone,
        "login": one.login,
        "duty": one.duty,
        "password": PASSWORD,
        "totp_secret": TOTP_SECRET,
    }


def fresh_keyring(path: Path) -> Path:
    path.write_text(Keyring.generate())
    return path


DEMAND = {
    "kind": "demand",
    "category_code": "hrss",
    "title": "关于裁减三名员工的经济补偿问题",
    "body": "我公司拟与三名员工协商解除劳动合同，请问经济补偿如何计算？",
}


@dataclass
class Person:
    """Somebody who signed in, at the door."""

    http: httpx.AsyncClient
    session: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.session['access_token']}"}

    async def get(self, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        return await self.http.get(f"/api/v1{path}", headers=headers, **options)

    async def post(
        self, path: str, body: Any = None, *, etag: str = "", key: str | None = None, **more: str
    ) -> httpx.Response:
        """POST with a fresh Idempotency-Key unless one is given; "" for none."""
        headers = self.headers | more
        headers |= {"idempotency-key": str(uuid4()) if key is None else key} if key != "" else {}
        headers |= {"if-match": etag} if etag else {}
        return await self.http.post(f"/api/v1{path}", json=body, headers=headers)

    async def submit(self, **changes: object) -> dict[str, Any]:
        """Send a demand that is good."""
        answer = await self.post("/demands", DEMAND | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())
