"""The code of the package's README, file by file: what a reader types is what the tests run."""

import re

from services.common.env import ROOT

PACKAGE = ROOT / "services/messaging"
TEXT = (PACKAGE / "README.md").read_text()
FIRST, FEED = re.split(r"^## When the broker forgets$", TEXT, flags=re.MULTILINE)


def blocks(text):
    """The code of each file that the text names."""
    return dict(re.findall(r"^`(\S+)`:\n\n```python\n(.*?)```$", text, re.MULTILINE | re.DOTALL))


BLOCKS = blocks(FIRST)
COMMANDS = re.findall(r"^python manage\.py (\S+)$", TEXT, re.MULTILINE)


def lines_of_ones_own():
    """Of the first message's blocks together; a blank line and an import cost nobody a thought."""
    lines = [line.strip() for block in BLOCKS.values() for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(("import ", "from "))]
