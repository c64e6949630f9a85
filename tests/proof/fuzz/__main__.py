"""`make fuzz`: every OpenAPI document under bad input, 10,000 cases a service; then 20,000 messages, by `make`."""

import argparse
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

from services.registry import SERVICES
from tests.support.whole_shop import running_shop

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
IDENTITIES = ("demo", "admin")  # a shopper, then staff
# A request of the right form may still be refused: a weak password, a product that is not sold, too much money.
LEFT_OUT = "positive_data_acceptance"
# So many examples an operation make a round of some thousand cases.
EXAMPLES = 40


@dataclass
class Result:
    cases: int = 0
    failures: list[str] = field(default_factory=list)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.proof.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="at least so many of each service")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each operation in a round")
    parser.add_argument("--service", choices=SERVICES, action="append", help="one of them; all by default")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="the same cases again")
    parser.add_argument("--folder", type=Path, default=Path("build/fuzz"), help="where the reports go")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    names = chosen.service or SERVICES
    print(f"seed {chosen.seed}", flush=True)
    with running_shop() as shop:
        before = shop.processes()
        results = {name: fuzz(shop, name, chosen.cases, chosen.examples, chosen.seed, chosen.folder) for name in names}
        ended = sorted(name for name, pid in before.items() if shop.processes().get(name) != pid)
    for name, result in results.items():
        print(f"{name}: {result.cases} cases, {len(result.failures)} failures")
        print(*result.failures, sep="\n")
    print(f"processes that ended: {', '.join(ended) or 'none'}")
    return bool(ended or any(result.failures for result in results.values()))


def fuzz(shop, service, cases, examples, first_seed, folder):
    """Rounds with one seed after the other until the cases are enough or something failed."""
    result = Result()
    for seed, identity in zip(count(first_seed), cycle(IDENTITIES)):
        report = folder / f"{service}-{seed}.json"
        ask(shop, service, identity, seed, examples, report)
        told = json.loads(report.read_text())
        result.cases += told["test_cases"]["generated"]
        result.failures += [f"{service} as {identity}, seed {seed}: {line}" for line in failures(told)]
        if result.failures or result.cases >= cases:
            return result
    raise AssertionError("seeds never end")


def failures(told):
    for each in [*told["failures"], *told["errors"]]:
        yield json.dumps(each)[:2000]
    if not told["complete"]:
        yield f"stopped: {told['stop_reason']}"


def ask(shop, service, identity, seed, examples, report):
    url = {"gateway": shop.url, "orders": shop.orders_url, "payments": shop.payments_url}[service]
    who = {"FUZZ_SIGN_IN": f"{shop.url}/api/v1/tokens", "FUZZ_USER": identity}
    if service != "gateway":
        who["FUZZ_TOKEN"] = token(shop, identity, service)
    report.unlink(missing_ok=True)
    command = [SCHEMATHESIS, "run", f"{url}/api/schema/", "--url", url, "--checks", "all", "--exclude-checks", LEFT_OUT]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure", "--no-color"]
    command += ["--generation-database", "none", "--report", "json", "--report-json-path", report]
    with report.with_suffix(".txt").open("wb") as output:
        environment = {**os.environ, **who, "SCHEMATHESIS_HOOKS": "tests.proof.fuzz.hooks"}
        subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)


def token(shop, identity, service):
    done = shop.manage("gateway", "service_token", "--user", identity, "--audience", service)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


if __name__ == "__main__":
    sys.exit(main())
