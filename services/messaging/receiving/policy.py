"""How often a failed message is tried again: doubling, capped, with jitter, for as long as the policy says."""

import random
from dataclasses import dataclass

from ..conf import configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Waits in seconds: the first, the longest, and how long all of them together may take before it is given up."""

    first_seconds: float = 1.0
    longest_seconds: float = 300.0
    give_up_seconds: float = 3600.0

    def delay(self, failures: int) -> float:
        """Seconds after that many failures: doubling, each up to a quarter longer.

        The jitter spreads messages that failed together (Exponential Backoff And Jitter, AWS Architecture Blog, 2015).
        """
        return self._wait(failures) * random.uniform(1.0, 1.25)  # noqa: S311 - no secret depends on it

    def is_over(self, failures: int) -> bool:
        """Whether the next wait would lead beyond the time that the policy gives."""
        return sum(self._wait(number) for number in range(1, failures + 1)) > self.give_up_seconds

    def _wait(self, failures: int) -> float:
        return float(min(self.first_seconds * 2 ** min(failures - 1, 30), self.longest_seconds))


def policy_of(message_type: str) -> RetryPolicy:
    """The policy of the settings for messages of this type; `*` stands for every type."""
    policies = configuration().retries
    return RetryPolicy(**{**policies.get("*", {}), **policies.get(message_type, {})})
