import pytest

from services.common.env import ROOT
from tests.proof.mutants.catalogue import MUTANTS


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_has_its_place_in_the_code(mutant):
    assert (ROOT / mutant.file).read_text().count(mutant.old) == mutant.times
    assert {(ROOT / suite).exists() for suite in mutant.suites} == {True}
