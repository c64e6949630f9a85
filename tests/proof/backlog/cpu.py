"""Who used the processors, from /proc: by process, its children and theirs included."""

import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def seconds_by_name(named):
    """Processor seconds so far of each named process tree (`named`: process id -> name), and of the whole machine."""
    used, children = {}, defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            children[int(fields[1])].append(pid)
            used[pid] = sum(map(int, fields[11:15])) / TICKS  # its own, and of children that have ended
    found = defaultdict(float)
    for pid, name in named.items():
        found[name] += tree(pid, used, children)
    found["machine"] = busy()
    return found


def tree(pid, used, children):
    return used.get(pid, 0.0) + sum(tree(child, used, children) for child in children[pid])


def busy():
    user, nice, system, _, _, irq, softirq, *_ = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, irq, softirq))) / TICKS
