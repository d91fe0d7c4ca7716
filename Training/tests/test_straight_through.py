import numpy as np
import pytest
import torch

from intaglio_training.straight_through import codes_of, looked_up, slopes


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("lowest, highest", [(-2, 1), (0, 7), (-128, 127)])
def test_gradients_are_those_of_finite_differences_without_rounding(lowest, highest, before):
    x = torch.randn(50, 6, dtype=torch.float64)
    step = torch.rand(6, dtype=torch.float64) * 3 / (highest - lowest) + 0.01
    zero = torch.tensor([0.0, 1, -1, 0, 2, 0], dtype=torch.float64)
    weight = torch.randn_like(x)
    # None within 1e-3 of where clamping begins.
    place = x / step + zero
    near = (place - (lowest - 0.5)).abs().minimum((place - (highest + 0.5)).abs()) < 1e-3
    x = torch.where(near, x + 0.01 * step, x)
    codes = codes_of(x, step, zero, lowest, highest, before)
    assert codes.min() >= lowest and codes.max() <= highest and torch.equal(codes, codes.round())

    inputs = [tensor.clone().requires_grad_() for tensor in (x, step)]
    (codes_of(*inputs, zero, lowest, highest, before) * weight).sum().backward()

    for index in (0, 1):
        for place in range(0, inputs[index].numel(), 7):
            change = torch.zeros_like(inputs[index])
            change.view(-1)[place] = 1e-7
            above, below = (
                unrounded(x, step, zero, (lowest, highest), index, sign * change, weight)
                for sign in (1, -1)
            )
            found = inputs[index].grad.view(-1)[place].item()
            assert found == pytest.approx((above - below) / 2e-7, rel=1e-5, abs=1e-5)


def unrounded(x, step, zero, limits, index, change, weight):
    """What the gradients belong to: nothing is rounded, and what was clamped stays where it is."""
    place = x / step + zero
    inside = (place > limits[0] - 0.5) & (place < limits[1] + 0.5)
    moved = (x + change) / step + zero if index == 0 else x / (step + change) + zero
    return (torch.where(inside, moved, place) * weight).sum().item()


def test_codes_tie_to_even_before_or_behind_the_zero_point():
    x = torch.tensor([0.5, 1.5, 2.5])
    zero = torch.tensor(1.0)
    assert codes_of(x, None, zero, 0, 7, False).tolist() == [1, 3, 3]
    assert codes_of(x, None, zero, 0, 7, True).tolist() == [2, 2, 4]


def test_tables_are_looked_up_and_rise_by_their_slopes():
    squares = np.arange(8) ** 2
    assert slopes(squares).tolist() == [1, 2, 4, 6, 8, 10, 12, 13]
    codes = torch.tensor([0.0, 3, 7], requires_grad=True)
    entries = torch.tensor(squares, dtype=torch.float32)
    values = looked_up(codes, entries, torch.tensor(slopes(squares), dtype=torch.float32), 0)
    values.sum().backward()
    assert values.tolist() == [0, 9, 49]
    assert codes.grad.tolist() == [1, 6, 13]


def test_levels_with_plateaus_rise_by_one_in_the_mean():
    # Sixteen even codes to the nearest of levels 0…4, 8, 12.
    levels = np.array([0, 1, 2, 3, 4, 8, 12])
    entries = levels[np.abs(np.arange(13)[:, None] - levels).argmin(1)]
    found = slopes(entries)
    assert 0.6 < found[4:9].min() and found[4:9].max() < 1.4
