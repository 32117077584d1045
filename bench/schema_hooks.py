"""What schemathesis is told about files: half of those it sends are pictures, some of them damaged."""

import schemathesis
from hypothesis import strategies as st

from tests.app.media.mutations import mutant, seeds

MUTANTS = 60

whole = st.sampled_from(sorted(seeds().values()))
damaged = st.integers(0, MUTANTS - 1).map(lambda number: mutant(number)[1])
schemathesis.openapi.format("binary", st.one_of(whole, damaged, st.binary(max_size=2_000)))
