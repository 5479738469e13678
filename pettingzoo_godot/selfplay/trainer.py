"""The loop of self-play: play, learn, arrange opponents, keep all of it.

Rule: between two checkpoints, a *section*, everything follows from what the first one holds and
from the run's seed. At each checkpoint all arenas begin new episodes, in a run that goes on as in
one that was killed there.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
from gymnasium import spaces
from torch.utils.tensorboard import SummaryWriter

from pettingzoo_godot.errors import PettingZooGodotError, UsageError
from pettingzoo_godot.options import check_choice
from pettingzoo_godot.selfplay.folder import Folder, Row
from pettingzoo_godot.selfplay.learner import Learner, Lesson, Rollout
from pettingzoo_godot.selfplay.lineup import SCRIPTED, Matchmaker, Opponent, Side
from pettingzoo_godot.selfplay.policies import Policies, load_actor
from pettingzoo_godot.selfplay.pool import Pool, Snapshot
from pettingzoo_godot.selfplay.ratings import LATEST, anchors_for, start_ratings
from pettingzoo_godot.selfplay.rollout import Collector, Played, state_size_of
from pettingzoo_godot.selfplay.scoreboard import Watch
from pettingzoo_godot.selfplay.settings import Settings
from pettingzoo_godot.vector import GodotVectorEnv

# What a generator is for: the second word of its seed. Others would make other runs.
_WEIGHTS, _EPISODES, _LINEUPS, _PLAY, _SHUFFLE, _SWAP = range(6)


class Trainer:
    """A training, from its beginning or its last checkpoint.

    Args:
        folder: Of the run.
        env: The scene in all its arenas.
        resumed: Whether to go on from the last checkpoint.

    Attributes:
        update: Updates so far.
        steps: Steps so far.
        seconds: Time of training so far [s].
        learners: By policy group.

    Raises:
        UsageError: If the scene is not for self-play, or the config does not fit it.
    """

    def __init__(self, folder: Folder, env: GodotVectorEnv, resumed: bool = False) -> None:
        self._folder = folder
        self._config = folder.config
        self._settings = _settings_of(folder)
        self._env = env
        for path in self._settings.groups:
            check_choice(f"the policy group of {path}", path.rpartition(".")[0], env.policy_groups)
        for group in (*self._settings.pose, *self._settings.shown):
            check_choice("the policy group of a hyperparameter", group, env.policy_groups)
        self.update = 0
        self.steps = 0
        self.seconds = 0.0
        self._saved_update = 0 if resumed else -1
        self._last = {"save": 0, "swap": 0, "team": 0}  # steps at which it was done last
        self._team = 0  # which of the groups that learn does so, if not all at once
        self.learners = {
            group: self._make_learner(group, index) for index, group in enumerate(env.policy_groups)
        }
        if not resumed:  # a checkpoint has all weights, wherever those of the beginning are by now
            self._take_policies()
        self._scripted_opponents = {
            group: self._settings.of(group).scripted_opponents for group in self.learners
        }
        self._matchmaker = Matchmaker(
            {group: self._make_side(group) for group in self.learners},
            self._settings.play_against_latest_model_ratio,
            self._scripted_opponents,
        )
        self._sides = self._matchmaker.sides
        self._collector = Collector(env, self._matchmaker, self._settings)
        anchors = anchors_for(self._config.scene, self._config.parameters, self._settings.winner)
        self._ratings = start_ratings(self._sides, anchors, self._config.parameters)
        if resumed:
            self._restore(folder.load())
        self._choose_team()

    # ------------------------------------------------------------------ making it

    def _make_learner(self, group: str, index: int) -> Learner:
        observed = cast(spaces.Dict, self._env.single_observation_space)[group]
        acted = cast(spaces.Dict, self._env.single_action_space)[group]
        seed = int(self._generator(_WEIGHTS, index).integers(2**63))
        states = state_size_of(self._env, self._settings)
        return Learner(observed, acted, self._settings.of(group), seed, group, states)

    def _take_policies(self) -> None:
        for group, path in self._config.policies.items():
            learner = self.learners[group]
            like = learner.actor
            learner.begin_with(load_actor(Path(path), group, like, like.description))

    def _make_side(self, group: str) -> Side:
        settings, learner = self._settings, self.learners[group]
        role = self._config.roles.get(group, "train")
        return Side(
            role=role,
            # Who does not learn plays as it is kept: what is evaluated is what has played.
            actor=learner.actor if role == "train" else learner.kept,
            pool=Pool(settings.window, settings.opponents, settings.sampling),
            agents=len({slot.agent for slot in self._env.slots[group]}),
        )

    def _generator(self, *words: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence([self._config.seed, *words]))

    def _generators(self, purpose: int) -> list[np.random.Generator]:
        return [
            self._generator(purpose, self.update, engine) for engine in range(self._env.num_engines)
        ]

    # ------------------------------------------------------------------ the loop

    def run(self, stop: threading.Event, watch: Watch) -> None:
        """Train until the config's steps or minutes are reached, or somebody says stop.

        Args:
            stop: Is looked at after each update.
            watch: Is told each of them.

        Raises:
            PettingZooGodotError: If an engine ends, or the scene has a mistake; what was learned is
                in a checkpoint then.
        """
        begun = time.monotonic() - self.seconds
        writer = SummaryWriter(str(self._folder.tensorboard), purge_step=self.steps + 1)
        try:
            if self._saved_update < 0:
                self._save()  # the beginning, to compare with
            self._begin_section()
            while self.done() < 1.0 and not stop.is_set():
                row = self._do_update(begun)
                self._tell(row, writer)
                watch(row, self.done())
                if self.update % self._settings.checkpoint_updates == 0:
                    self._save()
                    self._begin_section()
        except PettingZooGodotError:
            with contextlib.suppress(UsageError):  # a full disk: the first error is what to tell
                self._save()
            raise
        finally:
            writer.close()
        self._save()

    def done(self) -> float:
        """Which part of the training is done, 0 to 1."""
        minutes, steps = self._config.minutes, self._config.steps
        parts = [
            0.0 if minutes is None else self.seconds / (60.0 * minutes),
            0.0 if steps is None else self.steps / steps,
        ]
        return min(1.0, max(parts))

    def _begin_section(self) -> None:
        seed = int(self._generator(_EPISODES, self.update).integers(2**63))
        self._collector.restart(seed, self._generators(_LINEUPS))

    def _do_update(self, begun: float) -> Row:
        """Play, learn, and say how it went; the training began at this time of the clock."""
        rollouts, played = self._collector.collect(self._generators(_PLAY))
        playing_ended = time.monotonic()
        lessons = {group: Lesson() for group in self._sides} | self._learn(rollouts)
        steps = sum(rollout.rewards.size for rollout in rollouts.values())
        self.update += 1
        self.steps += steps
        self._arrange_opponents(played)
        before, now = self.seconds, time.monotonic()
        self.seconds = now - begun
        row: Row = {
            "update": self.update,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
            "steps_per_second": round(steps / max(self.seconds - before, 1e-9), 1),
            "learning_seconds": round(now - playing_ended, 3),
        }
        return row | self._describe(played, lessons)

    def _learn(self, rollouts: Mapping[str, Rollout]) -> dict[str, Lesson]:
        """Update the groups that learn, at the same time: engines wait, so there are cores."""
        learning = {
            group: self._generator(_SHUFFLE, self.update, index)
            for index, (group, side) in enumerate(self._sides.items())
            if side.learns
        }
        with ThreadPoolExecutor(max(1, len(learning))) as workers:
            told = workers.map(
                lambda group: self.learners[group].learn(rollouts[group], learning[group]), learning
            )
            return dict(zip(learning, told, strict=True))

    def _arrange_opponents(self, played: list[Played]) -> None:
        """Count games for past selves; take snapshots, swap opponents, change teams when due."""
        winner = self._settings.winner
        for game, players in played:
            for group, player in players.items():
                if isinstance(player, Snapshot):
                    player.record(game.score(group, winner))
            names = {group: self._name(group, player) for group, player in players.items()}
            self._ratings.record(names, game.winner(winner))
        if self._is_due("save", self._settings.save_steps):
            for group, side in self._sides.items():
                if side.learns:
                    side.pool.add(self.update, self.learners[group].kept)
                    self._ratings.copy((group, LATEST), (group, str(self.update)))
        if self._is_due("swap", self._settings.swap_steps):
            for index, side in enumerate(self._sides.values()):
                side.pool.swap(self._generator(_SWAP, self.update, index))
        team_change = self._settings.team_change
        if team_change and self._is_due("team", team_change):
            self._team += 1
            self._choose_team()

    def _name(self, group: str, player: Opponent) -> str:
        """What a player of a policy group is called in ratings."""
        if isinstance(player, Snapshot):
            return str(player.number)
        role = self._sides[group].role
        return player or (LATEST if role == "train" else role)

    def _is_due(self, what: str, period: int) -> bool:
        if self.steps - self._last[what] < period:
            return False
        self._last[what] = self.steps
        return True

    def _choose_team(self) -> None:
        training = [side for side in self._sides.values() if side.role == "train"]
        for index, side in enumerate(training):
            is_its_turn = index == self._team % len(training)
            side.learns = is_its_turn or not self._settings.team_change

    # ------------------------------------------------------------------ what is told and kept

    def _describe(self, played: list[Played], lessons: Mapping[str, Lesson]) -> Row:
        """Columns of progress.csv: by policy group, and empty where nothing happened."""
        winner = self._settings.winner
        latest = [game for game, players in played if not any(players.values())]
        row: Row = {"games": len(played), "length": _mean([game.length for game, _ in played])}
        for group, side in self._sides.items():
            against_past, against_scripted = [], []
            for game, players in played:
                if players[group] is not None:
                    continue
                if SCRIPTED in players.values():
                    against_scripted.append(game.score(group, winner))
                elif any(players.values()):
                    against_past.append(game.score(group, winner))
            lesson = lessons[group]
            row |= {
                f"return/{group}": _mean([game.returns[group] for game in latest]),
                f"wins/{group}": _mean([game.score(group, winner) for game in latest]),
                f"wins_against_past/{group}": _mean(against_past),
                f"rating/{group}": round(self._ratings[group, self._name(group, None)].value, 1),
                f"snapshots/{group}": len(side.pool.snapshots),
            }
            row |= {
                f"info/{name}/{group}": _mean([game.infos[group][name] for game in latest])
                for name in self._collector.info_names[group]
            }
            if self._scripted_opponents[group]:
                row[f"wins_against_scripted/{group}"] = _mean(against_scripted)
            row |= {f"{name}/{group}": round(value, 6) for name, value in vars(lesson).items()}
        return row

    def _tell(self, row: Row, writer: SummaryWriter) -> None:
        self._folder.log(row)
        for name, value in row.items():
            if value is not None and name not in ("update", "steps"):
                writer.add_scalar(f"self_play/{name}", value, self.steps)

    def _save(self) -> None:
        """Make a checkpoint, unless there is one of this update."""
        if self.update == self._saved_update:
            return
        actors = {
            group: self.learners[group].kept
            for group, side in self._sides.items()
            if side.role != SCRIPTED
        }
        policies = Policies(self._config.scene, self.update, self.steps, self.seconds, actors)
        self._folder.save(self.state(), policies)
        self._saved_update = self.update

    def state(self) -> dict[str, Any]:
        """All that a checkpoint has to keep."""
        return {
            "update": self.update,
            "steps": self.steps,
            "seconds": self.seconds,
            "last": self._last,
            "team": self._team,
            "learners": {group: one.state() for group, one in self.learners.items()},
            "pools": {group: side.pool.state() for group, side in self._sides.items()},
            "ratings": self._ratings.state(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.update = self._saved_update = state["update"]
        self.steps, self.seconds = state["steps"], state["seconds"]
        self._last, self._team = state["last"], state["team"]
        self._ratings.restore(state["ratings"])
        for group, side in self._sides.items():
            self.learners[group].restore(state["learners"][group])
            side.pool.restore(state["pools"][group], side.actor)


def _settings_of(folder: Folder) -> Settings:
    try:
        return Settings(**folder.config.settings)
    except TypeError as exc:
        raise UsageError(
            f"expected a run of this version; {folder.path} has other settings: {exc}. Train it "
            "anew."
        ) from exc


def _mean(values: list[float] | list[int]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None
