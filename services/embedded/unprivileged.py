"""Running PostgreSQL, which refuses root, where the shop itself is run by root (as in many containers)."""

import os
import pwd
import shutil
import stat
import sys
from pathlib import Path

# The right to pass folders that only root may enter: the smallest one first; containers often have the second alone.
PASSING_RIGHTS = {"dac_read_search": 2, "dac_override": 1}


def command_prefix(*paths: Path) -> list[str]:
    """What to put before a command that uses the paths, so that it runs as `nobody` where we are root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        sys.exit("PostgreSQL refuses to run as root: install setpriv (util-linux) or run as another user")
    nobody = pwd.getpwnam("nobody")
    prefix = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    # A change of user clears the wish to die with the parent (see children.py), so it is made again.
    prefix.append("--pdeathsig=INT")
    if closed := next((folder for path in paths for folder in closed_folders(path)), None):
        # Without the second option access(2) would still say no.
        right = passing_right(closed)
        prefix += [f"--inh-caps=-all,+{right}", f"--ambient-caps=+{right}", "--securebits=+no_setuid_fixup"]
    return [*prefix, "--"]


def give_away(path: Path) -> None:
    """Let the user of `command_prefix` own the path."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def closed_folders(path: Path) -> list[Path]:
    """The folders above the path that not everybody may enter, such as /root."""
    return [folder for folder in path.resolve().parents if not folder.stat().st_mode & stat.S_IXOTH]


def passing_right(closed: Path) -> str:
    """The capability by which `nobody` passes closed folders."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    permitted = next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
    for name, bit in PASSING_RIGHTS.items():
        if permitted >> bit & 1:
            return name
    sys.exit(f"PostgreSQL runs as nobody here, who may not enter {closed}: move the shop, or run it as another user")
