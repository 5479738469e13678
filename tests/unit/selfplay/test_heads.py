import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.heads import CategoricalHead, GaussianHead, head_for


def rng():
    return np.random.default_rng(3)


# ------------------------------------------------------------------ normal distributions


def test_gaussian_agrees_with_torchs_own():
    head = GaussianHead(spaces.Box(-1, 1, (3,)))
    with torch.no_grad():
        head.log_std.copy_(torch.tensor([-1.0, 0.0, 0.3]))
    outputs, raw = torch.randn(5, 3), torch.randn(5, 3)
    normal = torch.distributions.Normal(outputs, head.log_std.exp())
    assert torch.allclose(head.log_prob(outputs, raw), normal.log_prob(raw).sum(1), atol=1e-5)
    assert torch.allclose(head.entropy(outputs), normal.entropy().sum(1).mean(), atol=1e-5)


def test_gaussian_samples_are_mean_and_spread():
    head = GaussianHead(spaces.Box(-1, 1, (2,)))
    outputs = torch.tensor([[1.0, -2.0]]).expand(20_000, 2)
    drawn = head.sample(outputs, head.noise(rng(), 20_000)).detach()
    assert torch.allclose(drawn.mean(0), outputs[0], atol=0.02)
    assert torch.allclose(drawn.std(0), head.log_std.exp(), atol=0.02)
    assert torch.equal(head.mode(outputs), outputs)


def test_what_is_drawn_outside_of_the_bounds_is_clipped_and_all_is_scaled():
    head = GaussianHead(spaces.Box(np.float32([-2, 0]), np.float32([2, 10])))
    actions = head.to_env(np.float32([[-5, -1], [0.5, 0], [9, 1]]))
    assert actions.tolist() == [[-2, 0], [1, 5], [2, 10]]
    assert actions.dtype == np.float32


def test_elements_without_bounds_stay_as_they_are():
    head = GaussianHead(spaces.Box(-np.inf, np.inf, (2, 1)))
    assert head.to_env(np.float32([[3, -4]])).tolist() == [[[3], [-4]]]


# ------------------------------------------------------------------ choices


def test_a_spread_that_went_too_far_comes_back():
    head = GaussianHead(spaces.Box(-1.0, 1.0, (2,)))
    with torch.no_grad():
        head.log_std[:] = torch.tensor([3.0, -9.0])
    head.limit()
    head.entropy(torch.zeros(1, 2)).backward()
    assert (head.log_std.grad > 0).all()  # which is not so beyond the limits


def test_categorical_agrees_with_torchs_own():
    head = CategoricalHead(spaces.MultiDiscrete([3, 2]))
    outputs = torch.randn(4, head.outputs)
    logits = outputs.view(4, 2, 3)
    first = torch.distributions.Categorical(logits=logits[:, 0])
    second = torch.distributions.Categorical(logits=logits[:, 1, :2])
    raw = torch.tensor([[0.0, 1], [1, 0], [2, 1], [0, 0]])
    expected = first.log_prob(raw[:, 0]) + second.log_prob(raw[:, 1])
    assert torch.allclose(head.log_prob(outputs, raw), expected, atol=1e-5)
    entropy = (first.entropy() + second.entropy()).mean()
    assert torch.allclose(head.entropy(outputs), entropy, atol=1e-5)
    best = torch.stack([logits[:, 0].argmax(1), logits[:, 1, :2].argmax(1)], 1)
    assert torch.equal(head.mode(outputs), best.float())


def test_choices_are_drawn_by_their_probability():
    head = CategoricalHead(spaces.Discrete(3))
    chances = torch.tensor([0.1, 0.2, 0.7])
    drawn = head.sample(chances.log().expand(20_000, 3), head.noise(rng(), 20_000))
    assert torch.allclose(torch.bincount(drawn[:, 0].long()) / 20_000, chances, atol=0.02)


@pytest.mark.parametrize(
    ("space", "raw", "expected"),
    [
        (spaces.Discrete(3, start=4), [[0], [2]], [4, 6]),
        (spaces.MultiDiscrete([3, 2]), [[2, 0], [1, 1]], [[2, 0], [1, 1]]),
        (spaces.MultiBinary(2), [[1, 0], [1, 1]], [[1, 0], [1, 1]]),
    ],
)
def test_choices_for_the_environment(space, raw, expected):
    actions = CategoricalHead(space).to_env(np.float32(raw))
    assert actions.tolist() == expected
    assert actions.dtype == space.dtype
    assert all(space.contains(action) for action in actions)


# ------------------------------------------------------------------ both


@pytest.mark.parametrize(
    "space",
    [
        spaces.Box(-3, 1, (2,)),
        spaces.Discrete(5, start=2),
        spaces.MultiDiscrete([2, 4]),
        spaces.MultiBinary(3),
    ],
)
def test_random_actions_are_of_the_space(space):
    head = head_for(space)
    actions = head.to_env(head.random(rng(), 200))
    assert all(space.contains(action) for action in actions)
    assert len(np.unique(actions, axis=0)) > 3


@pytest.mark.parametrize(
    "space", [spaces.Dict({"a": spaces.Discrete(2)}), spaces.Box(0, 9, (2,), np.uint8)]
)
def test_spaces_without_a_head(space):
    with pytest.raises(UsageError, match="expected an action space"):
        head_for(space)
