import re
from ast import literal_eval
from dataclasses import MISSING, fields

import pytest
from django.conf import settings as current
from django.core.exceptions import ImproperlyConfigured

from services.messaging.conf import REQUIRED, Configuration, configuration
from tests.projects import ROOT
from tests.support.configure import configure

ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:required|`(.+?)`) \|", re.MULTILINE)


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_missing_name_is_told(settings, name):
    settings.MESSAGING = {known: value for known, value in current.MESSAGING.items() if known != name.upper()}
    with pytest.raises(ImproperlyConfigured, match=f"lacks {name.upper()}"):
        configuration()


def test_name_that_is_misspelt_is_told(settings):
    configure(settings, RECIEVES=[])
    with pytest.raises(ImproperlyConfigured, match="does not know RECIEVES"):
        configuration()


def test_what_is_not_set_has_its_default(settings):
    assert configuration().prune_step == 1000
    configure(settings, PRUNE_STEP=2)
    assert configuration().prune_step == 2


def test_guide_names_every_setting_with_its_default():
    told = {name: literal_eval(text or "...") for name, text in ROW.findall((ROOT / "docs/messaging.md").read_text())}
    assert told == {each.name.upper(): default_of(each) for each in fields(Configuration)}


def default_of(field):
    """The ellipsis where it is required."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return ... if field.default is MISSING else field.default
