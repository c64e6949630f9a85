"""Who ended by itself: the supervisor tells every end, and the storm knows by whose hand it was."""

import re
from collections import Counter

KILLED = "was killed by SIGKILL"
# A process of the supervisor's, and a web server's worker that its own master ended.
PROCESS = re.compile(r"^supervisor\s*\| (\S+) (was killed by \w+|ended with code -?\d+)", re.MULTILINE)
# PostgreSQL's own care: it does not start beside a session of the server that the storm has killed, and is tried again.
REFUSAL = re.compile(r"pre-existing shared memory block .* is still in use")
WORKER = re.compile(r"^(\S+)\s*\| .*((?:WORKER TIMEOUT|Worker \(pid:\d+\) (?:was sent|exited with)).*)$", re.MULTILINE)


class Ends:
    """What the storm has killed, and which of the processes that it started beside the shop ended before it said so."""

    def __init__(self):
        self.killed = Counter()
        self.beside = []

    def by_themselves(self, output):
        """Every end that the shop's output tells of and that was not the storm's doing."""
        expected = Counter({(name, KILLED): count for name, count in self.killed.items()})
        expected["postgres", "ended with code 1"] = len(REFUSAL.findall(output))
        found = []
        for name, how in PROCESS.findall(output):
            if expected[name, how] > 0:
                expected[name, how] -= 1
            else:
                found.append(f"{name} {how}")
        return [*found, *(f"{name}: {what}" for name, what in WORKER.findall(output)), *self.beside]
