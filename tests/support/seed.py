"""The seed of a random test: a red run prints it, and `SEED=n` runs the same again."""

import os
from secrets import randbelow


def seed_of_this_run() -> int:
    """What the environment says, or a new one."""
    seed = int(os.environ.get("SEED") or randbelow(2**32))
    print(f"SEED={seed}")
    return seed
