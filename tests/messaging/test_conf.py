import pytest
from django.conf import settings as current
from django.core.exceptions import ImproperlyConfigured

from services.messaging.conf import REQUIRED, configuration
from tests.support.configure import configure


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_missing_name_is_told(settings, name):
    settings.MESSAGING = {known: value for known, value in current.MESSAGING.items() if known != name.upper()}
    with pytest.raises(ImproperlyConfigured, match=f"lacks {name.upper()}"):
        configuration()


def test_name_that_is_misspelt_is_told(settings):
    configure(settings, SENDING_KEYZ={})
    with pytest.raises(ImproperlyConfigured, match="does not know SENDING_KEYZ"):
        configuration()


def test_what_is_not_set_has_its_default(settings):
    assert configuration().prune_step == 1000
    configure(settings, PRUNE_STEP=2)
    assert configuration().prune_step == 2
