import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.selfplay.learner import Learner, Lesson, Rollout
from pettingzoo_godot.selfplay.settings import settings_for

QUICK = {"minibatch": 32, "epochs": 4, "learning_rate": 3e-3, "hidden": 8}


def make_learner(seed=0, state_size=0, **chosen):
    settings = settings_for("anything", QUICK | chosen)
    space = spaces.Box(-1, 1, (2,))
    return Learner(space, spaces.Discrete(2), settings, seed, state_size=state_size)


def make_rollout(learner, rng, steps=16, rows=4, state_size=0):
    """Played by the learner: 1 for the choice that the first number's sign tells."""
    rollout = Rollout.empty(steps, rows, 2 + state_size, 1)
    rollout.observations[:] = rng.uniform(-1, 1, rollout.observations.shape)
    head = learner.actor.head
    with torch.no_grad():
        outputs = learner.actor(torch.from_numpy(rollout.observations[..., :2].reshape(-1, 2)))
        raw = head.sample(outputs, head.noise(rng, steps * rows)).numpy()
    rollout.raw[:] = raw.reshape(rollout.raw.shape)
    rollout.rewards[:] = rollout.raw[..., 0] == (rollout.observations[..., 0] > 0)
    rollout.terminated[:] = False
    rollout.truncated[:] = False
    rollout.counts[:] = True
    rollout.last[:] = 0.0
    return rollout


def fingerprint(learner):
    return learner.actor.fingerprint()


def test_it_learns_what_is_rewarded():
    learner, rng = make_learner(gamma=0.5), np.random.default_rng(0)
    earned = []
    for _ in range(30):
        rollout = make_rollout(learner, rng, rows=16)
        earned.append(rollout.rewards.mean())
        lesson = learner.learn(rollout, rng)
    assert earned[0] < 0.6
    assert earned[-1] > 0.9
    assert lesson.transitions == 16 * 16
    assert 0 < lesson.entropy < 0.7


def test_the_same_seed_learns_the_same():
    ends = []
    for seed in (0, 0, 1):
        learner, rng = make_learner(seed), np.random.default_rng(0)
        for _ in range(3):
            learner.learn(make_rollout(learner, rng), rng)
        ends.append(fingerprint(learner))
    assert ends[0] == ends[1] != ends[2]


def test_the_global_generator_is_left_alone():
    before = torch.random.get_rng_state()
    make_learner(5)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_rows_that_do_not_count_contribute_nothing():
    rollouts = []
    for garbage in (0.0, 7.0):
        rollout = make_rollout(make_learner(), np.random.default_rng(0))
        rollout.counts[:, 2] = False
        rollout.observations[:, 2] = garbage
        rollout.rewards[:, 2] = garbage
        rollouts.append(rollout)
    ends = []
    for rollout in rollouts:
        learner = make_learner()
        assert learner.learn(rollout, np.random.default_rng(1)).transitions == 16 * 3
        ends.append(fingerprint(learner))
    assert ends[0] == ends[1]


def test_nothing_is_learned_from_nothing():
    learner = make_learner()
    before = fingerprint(learner)
    rollout = make_rollout(learner, np.random.default_rng(0))
    rollout.counts[:] = False
    assert learner.learn(rollout, np.random.default_rng(1)) == Lesson()
    assert fingerprint(learner) == before


def targets_of(learner, rollout):
    """What the critic is taught, in units of the rewards."""
    batch, _ = learner._prepare(rollout)
    moments = learner.critic.moments
    return (batch.targets * moments.std + moments.mean).reshape(rollout.rewards.shape)


def test_what_follows_an_end_by_hand():
    """Rewards of 1; lambda 0, so that a target is the reward and half of the next value."""
    learner = make_learner(gamma=0.5, gae_lambda=0.0)
    rollout = make_rollout(learner, np.random.default_rng(0), steps=3, rows=3)
    rollout.rewards[:] = 1.0
    rollout.terminated[1, 0] = True
    rollout.truncated[1, 2] = True
    finals = np.float32([[0.3, -0.9]])
    rollout.finals.append((1, np.array([2]), finals))
    with torch.no_grad():
        value = {
            name: learner.critic.values(learner.actor.moments(torch.from_numpy(part)))
            for name, part in [("seen", rollout.observations), ("last", rollout.last)]
        }
        final = learner.critic.values(learner.actor.moments(torch.from_numpy(finals)))[0]
    expected = 1 + 0.5 * torch.cat([value["seen"][1:], value["last"][None]])
    expected[1, 0] = 1.0  # terminated: nothing is to come
    expected[1, 2] = 1 + 0.5 * final  # truncated: what its last observation was worth
    assert torch.allclose(targets_of(learner, rollout), expected, atol=1e-4)


def test_a_large_step_ends_the_update():
    rng = np.random.default_rng(0)
    lessons = []
    for target_kl in (0.0, 1e-9):
        learner = make_learner(target_kl=target_kl, epochs=50, learning_rate=0.1)
        rollout = make_rollout(learner, rng)
        lessons.append(learner.learn(rollout, rng))
    assert lessons[0].kl > lessons[1].kl


def test_restored_it_goes_on_as_it_would_have():
    learner, rng = make_learner(), np.random.default_rng(0)
    learner.learn(make_rollout(learner, rng), rng)
    other = make_learner(seed=9)
    other.restore(learner.state())
    rollout = make_rollout(learner, rng)
    for one in (learner, other):
        one.learn(rollout, np.random.default_rng(5))
    assert fingerprint(other) == fingerprint(learner)


def test_it_may_begin_with_anothers_weights():
    learner, other = make_learner(0), make_learner(1)
    learner.begin_with(other.actor)
    assert fingerprint(learner) == fingerprint(other)


def learn_luck(state_size):
    """Rewards are what the actor does not see: 100 times what may be the state's first number."""
    learner, rng = make_learner(state_size=state_size, gae_lambda=0.0), np.random.default_rng(0)
    for _ in range(60):
        rollout = make_rollout(learner, rng, rows=16, state_size=state_size)
        luck = rollout.observations[..., 2] if state_size else rng.uniform(-1, 1, (16, 16))
        rollout.rewards[:] = 100.0 * luck
        rollout.terminated[:] = True
        lesson = learner.learn(rollout, rng)
    return learner, lesson


def test_a_centralised_critic_knows_what_the_actor_does_not_see():
    assert learn_luck(0)[1].explained < 0.1
    learner, lesson = learn_luck(3)
    assert lesson.explained > 0.8
    assert learner.critic.states.count == 60 * 256
    assert learner.actor.inputs == 2


def test_restored_a_centralised_critic_goes_on_as_it_would_have():
    learner, _ = learn_luck(3)
    other = make_learner(seed=9, state_size=3, gae_lambda=0.0)
    other.restore(learner.state())
    for one in (learner, other):
        rng = np.random.default_rng(5)
        one.learn(make_rollout(one, rng, state_size=3), rng)
    assert fingerprint(learner) == fingerprint(other)
    for name, value in learner.critic.state_dict().items():
        assert torch.equal(value, other.critic.state_dict()[name])


def test_what_is_kept_is_the_mean_of_the_last_updates():
    learner, rng = make_learner(averaging=0.5), np.random.default_rng(0)
    played, kept = [], []
    for _ in range(6):
        learner.learn(make_rollout(learner, rng), rng)
        played.append(learner.actor.body[0].weight.detach().clone())
        kept.append(learner.kept.body[0].weight.clone())
    assert torch.equal(kept[1], played[1])  # half of two updates is one
    expected = played[1]
    for number, weights in enumerate(played[2:], start=3):
        expected = expected + (weights - expected) / (0.5 * number)
    torch.testing.assert_close(kept[-1], expected)
    assert not any(part.requires_grad for part in learner.kept.parameters())


def test_without_averaging_the_latest_is_kept():
    learner, rng = make_learner(averaging=0.0), np.random.default_rng(0)
    for _ in range(3):
        learner.learn(make_rollout(learner, rng), rng)
    assert learner.kept.fingerprint() == learner.actor.fingerprint()
