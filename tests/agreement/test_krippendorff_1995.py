"""K. Krippendorff, On the reliability of unitizing continuous data, 1995: example A, read as 24 characters."""

import pytest

from annotator.agreement.layers import character_alpha
from tests.agreement.making import make_layer


def test_character_alpha_is_the_printed_one():
    sums = make_layer(24, Bertha=[(2, 10), (14, 20)], Bill=[(4, 8), (15, 17)])
    assert character_alpha(sums).value == pytest.approx(0.329, abs=5e-4)
