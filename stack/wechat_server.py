"""The WeChat sandbox as a child process, for tests and `make run`."""

import sys
from pathlib import Path
from typing import Self

import httpx

from stack.process import Server, free_port, lifeline, spawn


class WechatSandbox(Server):
    """The sandbox on 127.0.0.1, with the app id and secret of stack.wechat_sandbox."""

    @classmethod
    def start(cls, state_dir: Path, *, port: int | None = None, token_seconds: int = 7_200) -> Self:
        """Start, also again on the same directory, and return when it answers."""
        state_dir.mkdir(parents=True, exist_ok=True)
        chosen = free_port() if port is None else port
        program: list[str | Path] = [*lifeline("TERM"), sys.executable, "-m", "stack.wechat_sandbox"]
        log = state_dir / "sandbox.log"
        program += ["--port", str(chosen), "--state-dir", state_dir, "--token-seconds", str(token_seconds)]
        server = cls(spawn(program, log), log, chosen)
        return server.wait_ready(server._answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/sandbox/health", timeout=1.0, trust_env=False).is_success
        except httpx.TransportError:
            return False
