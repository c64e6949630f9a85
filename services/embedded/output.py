"""The supervisor's voice and its children's lines, each behind the name of who speaks."""

import os
import sys
from typing import TextIO

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)


class Output:
    """Prints `name | line`; in colour only on a terminal that may have it (https://no-color.org)."""

    def __init__(self, names: list[str], stream: TextIO = sys.stdout) -> None:
        self.stream = stream
        self.width = max(map(len, names), default=0)
        terminal = stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
        self.colours = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)} if terminal else {}

    def line(self, name: str, text: str) -> None:
        prefix = f"{name.ljust(self.width)} |"
        if name in self.colours:
            prefix = f"\x1b[{self.colours[name]}m{prefix}\x1b[0m"
        self.plain(f"{prefix} {text}")

    def plain(self, text: str) -> None:
        try:
            print(text, file=self.stream, flush=True)
        except OSError:  # the reader is gone (`make run | head`): the shop goes on, and ends in order
            self.stream = open(os.devnull, "w")  # noqa: SIM115 - for as long as we live


class Lines:
    """Cuts what a pipe delivers into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [self._text(line) for line in lines]

    def end(self) -> list[str]:
        """What came without a line's end."""
        rest, self._rest = self._rest, b""
        return [self._text(rest)] if rest else []

    @staticmethod
    def _text(line: bytes) -> str:
        return line.decode(errors="replace").rstrip("\r")
