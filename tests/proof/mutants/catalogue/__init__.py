"""The mutants: each takes one promise out of the code, by a small textual change, and names who must notice."""

from tests.proof.mutants.catalogue.doors import DOORS
from tests.proof.mutants.catalogue.isolation import ISOLATION
from tests.proof.mutants.catalogue.messaging import ONCE_IN_ORDER
from tests.proof.mutants.catalogue.money import MONEY

MUTANTS = (*ONCE_IN_ORDER, *ISOLATION, *MONEY, *DOORS)
