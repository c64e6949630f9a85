"""`make run`: the whole shop in the foreground, until Ctrl-C; with `servers` (`make servers`) its servers alone."""

import os
import sys


def main() -> int:
    """Run the shop; returns the exit code."""
    # What a killed run left in `.shop/environment` must not pass for what the user wants: see services/common/env.py.
    os.environ["EMBEDDED"] = "1"
    from services.embedded.run import run

    try:
        return run(servers_alone=sys.argv[1:] == ["servers"])
    except KeyboardInterrupt:  # before the supervisor has begun to listen
        return 130


if __name__ == "__main__":
    sys.exit(main())
