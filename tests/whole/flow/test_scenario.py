"""The acceptance scenario against the whole shop, as `make run` starts it."""

from tests.proof.scenario.steps import STEPS, run


def test_a_client_program_passes_all_steps(shop):
    said = []
    run(shop.url, say=said.append)
    assert len(said) == len(STEPS) == 10
