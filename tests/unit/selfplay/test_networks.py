import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.networks import Actor, Critic, Moments


def make_actor():
    return Actor(spaces.Box(-1, 1, (3,)), spaces.MultiDiscrete([3, 2]), [8, 8])


def test_moments_of_parts_are_those_of_all():
    moments = Moments(2)
    batch = torch.randn(100, 2) * torch.tensor([3.0, 0.1]) + torch.tensor([5.0, -1.0])
    for part in batch.split([1, 29, 70]):
        moments.update(part)
    moments.update(batch[:0])
    assert torch.allclose(moments.mean, batch.mean(0), atol=1e-5)
    assert torch.allclose(moments.std, batch.std(0, correction=0), atol=1e-4)
    assert float(moments.count) == 100
    normal = moments(batch)
    assert torch.allclose(normal.mean(0), torch.zeros(2), atol=1e-4)
    assert torch.allclose(normal.std(0, correction=0), torch.ones(2), atol=1e-3)


def test_moments_bear_constants_and_outliers():
    moments = Moments(1)
    moments.update(torch.full((10, 1), 4.0))
    assert moments(torch.tensor([[4.0], [1e9]])).tolist() == [[0.0], [10.0]]


def test_actors_begin_without_a_preference():
    outputs = make_actor()(torch.randn(50, 3)).detach()
    assert outputs.shape == (50, 6)
    assert float(outputs.abs().max()) < 0.1


def test_an_actor_is_made_of_its_description():
    actor = make_actor()
    actor.moments.update(torch.randn(20, 3))
    other = Actor.from_description(actor.description)
    assert other.fingerprint() != actor.fingerprint()
    other.load_state_dict(actor.state_dict())
    assert other.fingerprint() == actor.fingerprint()
    vectors = torch.randn(4, 3)
    assert torch.equal(other(vectors), actor(vectors))


def test_an_actor_may_see_and_act_in_the_frame_of_its_body():
    actor = Actor(spaces.Box(-1, 1, (4,)), spaces.Box(-2, 2, (2,)), [4], stack=2, pose=[1, 2, 3])
    observed = np.float32([[9, 0.5, 0.25, 0], [9, 1, 0, 0.5]])  # looks down, and to the left
    vectors = actor.from_env(observed)
    assert vectors.shape == (2, actor.size)
    assert np.allclose(vectors[:, 2:], [[0, 0.25, 9], [0, 0.5, 9]], atol=1e-6)
    forward = np.float32([[1, 0], [0.5, 0]])
    stacked = np.concatenate([vectors, vectors[::-1]], axis=1)
    assert np.allclose(actor.to_env(forward, stacked), [[0, 2], [-(2**0.5), 0]], atol=1e-5)
    other = Actor.from_description(actor.description)
    assert np.array_equal(other.to_env(forward, stacked), actor.to_env(forward, stacked))
    assert actor.inputs == 2 * actor.size


@pytest.mark.parametrize(
    ("space", "pose", "message"),
    [
        (spaces.Discrete(2), [0, 1, 2], "an action space of two numbers"),
        (spaces.Box(-1, 1, (2,)), [0, 1, 3], "indices of a heading, x and y, each below 3"),
        (spaces.Box(-1, 1, (2,)), [0, 1], "indices of a heading, x and y"),
        (spaces.Box(-1, 1, (2,)), [0, 1, 1], "indices of a heading, x and y"),
    ],
)
def test_poses_that_there_cannot_be(space, pose, message):
    with pytest.raises(UsageError, match=f"'seeker': expected .*{message}"):
        Actor(spaces.Box(-1, 1, (3,)), space, [4], "seeker", pose=pose)


@pytest.mark.parametrize("part", ["moments.mean", "body.0.weight"])
def test_the_fingerprint_is_of_all_that_decides(part):
    actor = make_actor()
    before = actor.fingerprint()
    actor.state_dict()[part].add_(1e-3)
    assert actor.fingerprint() != before


def test_predictions_stay_when_the_scale_of_values_changes():
    critic = Critic(3, [8])
    normal = torch.randn(6, 3)
    before = critic.values(normal)
    targets = torch.randn(200) * 30 - 50
    critic.rescale(targets)
    assert torch.allclose(critic.values(normal), before, atol=1e-3)
    assert float(critic.moments.mean) == pytest.approx(float(targets.mean()), rel=1e-4)
    assert critic(normal).shape == (6,)
    assert not np.allclose(critic(normal).detach(), before.detach())
