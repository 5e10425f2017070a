"""The bare pipeline and a bare gRPC echo under several Python environments in turn: what does another version cost?

Written to choose a grpcio: `python -m benchmarks.compare_environments .venv/bin/python other/bin/python`.
All environments run at once and take the load in turns, short and often, so that what else the machine does meets all
of them alike. On a busy machine CPU per request says more than requests a second.
"""

import argparse
import json
import statistics
import subprocess
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import psutil

from benchmarks.bare.pipeline import Pipeline, bare_pipeline
from benchmarks.load import Plan, run
from stack.process import Server
from stack.servers import Postgres

CLIENTS = 32
DEMAND = {
    "kind": "demand",
    "category": "hrss",
    "title": "解除三名员工的合同如何补偿",
    "body": "因订单减少，需要解除三名员工的劳动合同。如何计算经济补偿，需要提前多久通知？" * 3,
}
BODY = json.dumps(DEMAND, ensure_ascii=False).encode()

Figures = dict[str, float]


def make_request(number: int) -> tuple[bytes, bytes]:
    return b"Content-Type: application/json\r\n", BODY


def measure_pipeline(pipeline: Pipeline, seconds: float) -> Figures:
    before = _cpu_seconds(pipeline.front, pipeline.backend)
    result = run(pipeline.target, Plan(CLIENTS, seconds, warmup=0.0), make_request)
    used = _cpu_seconds(pipeline.front, pipeline.backend) - before
    if result.errors:
        raise RuntimeError(f"the bare pipeline answered with errors: {result.errors}")
    return {
        "pipeline_req_s": result.throughput,
        "pipeline_p99_ms": result.p99 * 1e3,
        "pipeline_cpu_us": used / result.answered * 1e6,
    }


def measure_echo(backend: Server, python: str, seconds: float) -> Figures:
    options = ["--port", str(backend.port), "--in-flight", str(CLIENTS), "--seconds", str(seconds)]
    command = [python, "-m", "benchmarks.bare.echo", *options]
    before = _cpu_seconds(backend)
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = _cpu_seconds(backend) - before
    calls, calls_a_second, used_by_client = map(float, output.split())
    return {"echo_calls_s": calls_a_second, "echo_cpu_us": (used + used_by_client) / calls * 1e6}


def _cpu_seconds(*servers: Server) -> float:
    times = [psutil.Process(server.pid).cpu_times() for server in servers]
    return float(sum(used.user + used.system for used in times))


def compare(pythons: list[str], rounds: int, seconds: float) -> None:
    figures: dict[str, dict[str, list[float]]] = {python: defaultdict(list) for python in pythons}
    with ExitStack() as running:
        pipelines = _start(pythons, running)
        for number in range(rounds):
            first = number % len(pythons)
            for python in pythons[first:] + pythons[:first]:
                measured = measure_pipeline(pipelines[python], seconds)
                measured |= measure_echo(pipelines[python].backend, python, seconds)
                for name, value in measured.items():
                    figures[python][name].append(value)
    for python in pythons:
        _print_medians(python, figures[python], figures[pythons[0]])


def _start(pythons: list[str], running: ExitStack) -> dict[str, Pipeline]:
    directory = running.enter_context(tempfile.TemporaryDirectory())
    postgres = Postgres.start(Path(directory) / "postgres")
    running.callback(postgres.stop)
    pipelines: dict[str, Pipeline] = {}
    for number, python in enumerate(pythons):
        postgres.create_database(f"bare_{number}")
        pipeline = bare_pipeline(postgres.url(f"bare_{number}"), python)
        pipelines[python] = running.enter_context(pipeline)
        measure_pipeline(pipelines[python], seconds=0.5)  # warms its connections and caches
    return pipelines


def _print_medians(python: str, figures: dict[str, list[float]], base: dict[str, list[float]]) -> None:
    for name, values in figures.items():
        median = statistics.median(values)
        ratio = median / statistics.median(base[name])
        print(f"COMPARE python={python} {name}={median:.1f} ratio={ratio:.2f} rounds={len(values)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", nargs="+", help="interpreters with this project's dependencies; first is base")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    arguments = parser.parse_args()
    compare(arguments.python, arguments.rounds, arguments.seconds)
