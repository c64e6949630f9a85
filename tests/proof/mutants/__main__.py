"""`python -m tests.proof.mutants`: breaks a copy of the code, one promise at a time; a suite must turn red."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.proof.mutants.catalogue import MUTANTS

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 600


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.proof.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name holds this text")
    chosen = [each for each in MUTANTS if parser.parse_args().only in each.name]
    alive = [mutant.name for mutant in chosen if not is_killed(mutant)]
    print(f"mutants {len(chosen)}, killed {len(chosen) - len(alive)}, alive {len(alive)}")
    return 1 if alive else 0


def is_killed(mutant):
    with tempfile.TemporaryDirectory(prefix="shop-mutant-") as folder:
        copy(Path(folder))
        change(Path(folder) / mutant.file, mutant)
        killer = next((suite for suite in mutant.suites if fails(folder, suite)), None)
    print(f"{'killed by ' + killer if killer else 'ALIVE':30} {mutant.name}", flush=True)
    return killer is not None


def copy(folder):
    """What git knows or would add, as it stands now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(command, cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


def change(path, mutant):
    path.write_text(path.read_text().replace(mutant.old, mutant.new))


def fails(folder, suite):
    """Whether a test of the suite goes red; a suite that cannot even start proves nothing and is told."""
    command = [sys.executable, "-m", "pytest", suite, "-x", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{suite} did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main())
