"""The code of the package's README, file by file: what a reader types is what the tests run."""

import re

from services.common.env import ROOT

PACKAGE = ROOT / "services/messaging"
TEXT = (PACKAGE / "README.md").read_text()
BLOCKS = dict(re.findall(r"^`(\S+)`:\n\n```python\n(.*?)```$", TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = re.findall(r"^python manage\.py (\S+)$", TEXT, re.MULTILINE)


def lines_of_ones_own():
    """Of all blocks together; a blank line and an import cost nobody a thought."""
    lines = [line.strip() for block in BLOCKS.values() for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(("import ", "from "))]
