"""What the documents point to is there."""

import re

import pytest

from services.common.env import ROOT

LINK = re.compile(r"\]\(([^)#\s]+)")
PATH = re.compile(r"`((?:services|tests|docs|deploy|templates|static)/[\w./-]+)`")
DOCUMENTS = [
    str(path.relative_to(ROOT))
    for place in ("", "docs/**/", "deploy/**/", "tests/")
    for path in ROOT.glob(f"{place}*.md")
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document):
    text, folder = (ROOT / document).read_text(), (ROOT / document).parent
    links = [folder / link for link in LINK.findall(text) if "://" not in link]
    named = [ROOT / path for path in PATH.findall(text)]
    assert [str(path.relative_to(ROOT)) for path in links + named if not path.exists()] == []
