"""`python -m tests.proof.lighthouse`: Lighthouse's four scores of the pages that everybody sees first.

Lighthouse comes from npm into build/lighthouse, the browser from Debian. Exits 1 where a score is below its limit.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from services.common.env import ROOT
from tests.support.whole_shop import running_shop
from tests.whole.browser import chromium

FOLDER = ROOT / "build" / "lighthouse"
PAGES = {"catalogue": "/", "product": "/products/smoke-and-pine-tea/", "login": "/login/"}
RUNS = 3
LIMITS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 1.0, "seo": 1.0}


def install():
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("package.json"), FOLDER)
    subprocess.run(
        ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True
    )


def median_scores(url, name):
    """Of three runs: a single one says as much about the machine as about the page."""
    runs = [scores_of(url, f"{name}-{number}") for number in range(RUNS)]
    return {category: statistics.median(scores[category] for scores in runs) for category in LIMITS}


def scores_of(url, name):
    report = FOLDER / f"{name}.json"
    command = [
        FOLDER / "node_modules" / ".bin" / "lighthouse",
        url,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
    ]
    command += [f"--only-categories={','.join(LIMITS)}", f"--chrome-flags=--headless {' '.join(chromium.ARGUMENTS)}"]
    subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium.PATH}, check=True)
    categories = json.loads(report.read_text())["categories"]
    return {category: categories[category]["score"] for category in LIMITS}


def main():
    for program in ("node", "npm", chromium.PATH):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: Lighthouse needs Node.js 22 or 20, npm and Chromium")
    install()
    failed = False
    with running_shop() as shop:
        for name, path in PAGES.items():
            scores = median_scores(shop.ui_url + path, name)
            low = [category for category, limit in LIMITS.items() if scores[category] < limit]
            failed = failed or bool(low)
            print(
                f"{name:10}",
                *(f"{category} {score * 100:.0f}" for category, score in scores.items()),
                *low and ["TOO LOW"],
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
