"""What a mutant is, and the suites that more than one of them names."""

from dataclasses import dataclass

# Not the state machine beside it, which finds most of these mutants, too, but by luck.
SAGA = "tests/saga/test_fault_points.py"
MESSAGING = "tests/messaging"
FAILOVER = "tests/whole/failover"


@dataclass(frozen=True)
class Mutant:
    """In `file`, `old` (which stands there so many times) becomes `new`; then one of the `suites` must fail."""

    name: str
    file: str
    old: str
    new: str
    suites: tuple[str, ...]
    times: int = 1


def of_messaging(name, file, old, new, *suites, times=1):
    return Mutant(name, f"services/messaging/{file}.py", old, new, suites, times)
