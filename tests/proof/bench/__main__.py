"""`make bench`: how fast, each figure a ratio of two rivals in the same run; `QUICK=1` in under three minutes."""

import argparse
import json
import os
import platform
import subprocess
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from services.common.env import ROOT
from services.registry import SERVICES
from tests.support.backing_services import start_backing_services

# Each part in a process of its own, under the settings of one service.
RACES = {"sending": "orders", "settling": "payments"}
PAGE = ROOT / "docs" / "benchmarks.md"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.proof.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and less work")
    parser.add_argument("--rounds", type=int, help="that are counted (default 5, quick 3)")
    parser.add_argument("--part", choices=[*RACES, "whole"], action="append", help="one of them; all by default")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--as-child", choices=RACES, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (3 if chosen.quick else 5)
    if chosen.as_child:
        return run_part(chosen.as_child, chosen)
    lines = report(chosen)
    if chosen.write:
        PAGE.write_text("\n".join([*HEAD, *lines, ""]))
    return 0


HEAD = [
    "# Benchmarks",
    "",
    "Written by `make bench` (`python -m tests.proof.bench --write`). A ratio is the median of rounds in which both "
    "rivals did the same work in turns; in brackets the smallest and the largest. PostgreSQL runs without `fsync` in "
    "the races, and with it in the whole shop.",
    "",
]


def report(chosen):
    """Print the tables as they come; returns their lines."""
    lines = [f"{machine()}, {chosen.rounds} rounds, load {os.getloadavg()[0]:.1f} at the start", ""]
    lines += ["| figure | ratio | rates | at least |", "|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    for part in [each for each in RACES if not chosen.part or each in chosen.part]:
        for figure in figures_of(part, chosen):
            lines.append(row(figure))
            print(lines[-1], flush=True)
    if not chosen.part or "whole" in chosen.part:
        for line in ["", "| figure | value |", "|---|---|"]:
            lines.append(line)
            print(line, flush=True)
        for name, value in import_module("tests.proof.bench.whole").measured(chosen.quick):
            lines.append(f"| {name} | {value} |")
            print(lines[-1], flush=True)
    return lines


def machine():
    known = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(":")[2].strip() for line in known if line.startswith("model name")), "")
    return f"{os.cpu_count()} × {cpu or platform.machine()}, Python {platform.python_version()}"


def row(figure):
    spread = f"{min(figure['ratios']):.2f}–{max(figure['ratios']):.2f}"
    rates = ", ".join(f"{name} {sorted(found)[len(found) // 2]:,.0f}/s" for name, found in figure["rates"].items())
    return f"| {figure['name']} | {figure['ratio']:.2f} ({spread}) | {rates} | {figure['at_least'] or '–'} |"


def figures_of(part, chosen):
    """The part's figures, one by one, from a process of its own."""
    command = [sys.executable, "-m", "tests.proof.bench", "--as-child", part, "--rounds", str(chosen.rounds)]
    command += ["--quick"] if chosen.quick else []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if child.returncode:
        raise SystemExit(f"{part} failed with exit code {child.returncode}")


def run_part(part, chosen):
    """On servers of its own, gone at the end."""
    with ExitStack() as stack:
        start_backing_services(stack)
        os.environ["DJANGO_SETTINGS_MODULE"] = SERVICES[RACES[part]].settings
        import django

        django.setup()
        for figure in import_module(f"tests.proof.bench.{part}").figures(chosen.quick, chosen.rounds):
            print(json.dumps(figure.as_json()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
