"""A short form of `make fuzz`: no answer of any service is other than its document says."""

import os

import pytest

from services.registry import SERVICES
from tests.proof.fuzz.__main__ import fuzz

EXAMPLES = 2
SEED = int(os.environ.get("SEED") or 1)  # `make fuzz` looks further, with another seed each time


@pytest.mark.parametrize("service", SERVICES)
def test_bad_input_is_answered_as_the_document_says(shop, service, tmp_path):
    before = shop.processes()
    result = fuzz(shop, service, cases=100, examples=EXAMPLES, first_seed=SEED, folder=tmp_path)
    assert result.failures == []
    assert result.cases >= 100
    assert shop.processes() == before
