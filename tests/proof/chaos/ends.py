"""Who ended by itself: the supervisor tells every end, and the storm knows by whose hand it was."""

import re
from collections import Counter

KILLED = "was killed by SIGKILL"
# A process of the supervisor's, and a web server's worker that its own master ended.
PROCESS = re.compile(r"^supervisor\s*\| (\S+) (was killed by \w+|ended with code -?\d+)", re.MULTILINE)
WORKER = re.compile(r"^(\S+)\s*\| .*((?:WORKER TIMEOUT|Worker \(pid:\d+\) (?:was sent|exited with)).*)$", re.MULTILINE)

# A killed server's own children outlive it for a moment, and the next server does not start beside them.
ORPHANS = re.compile(r"^postgres\s*\| .*pre-existing shared memory block", re.MULTILINE)


class Ends:
    """What the storm has killed, and which of the processes that it started beside the shop ended before it said so."""

    def __init__(self):
        self.killed = Counter()
        self.beside = []

    def by_themselves(self, output):
        """Every end that the shop's output tells of and that was not the storm's doing."""
        killed, orphans, found = Counter(self.killed), len(ORPHANS.findall(output)), []
        for name, how in PROCESS.findall(output):
            if how == KILLED and killed[name]:
                killed[name] -= 1
            elif (name, how) == ("postgres", "ended with code 1") and orphans:
                orphans -= 1
            else:
                found.append(f"{name} {how}")
        return [*found, *(f"{name}: {what}" for name, what in WORKER.findall(output)), *self.beside]
