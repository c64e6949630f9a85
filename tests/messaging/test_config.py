import re

import pytest

from services.messaging.kafka.config import consumer_config, producer_config
from tests.projects import ROOT
from tests.support.configure import configure

GUIDE = (ROOT / "docs" / "kafka.md").read_text().partition("## Client settings")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in GUIDE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("profile", ["embedded", "kafka"])
def test_guide_has_every_setting_with_its_value(settings, profile):
    configure(settings, KAFKA_PROFILE=profile, KAFKA_SECURITY={})
    config = {**producer_config(), **consumer_config()}
    told = {}
    for names, embedded, kafka, _ in ROWS:
        value = embedded if profile == "embedded" or kafka == "same" else kafka
        names = re.findall(r"`([\w.]+)`", names)
        values = value.split(", ") if ", " in value else [value] * len(names)
        told |= dict(zip(names, values, strict=True))
    assert told.keys() == config.keys()
    written_out = {"bootstrap.servers", "client.id", "group.id"}
    assert {name: told[name] for name in told.keys() - written_out} == {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in config.items()
        if name not in written_out
    }
