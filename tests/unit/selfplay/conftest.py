import pytest


@pytest.fixture
def duels(monkeypatch):
    """Let trainings and matches be duels; the environments made are in this list."""
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    from duel import Duel

    from pettingzoo_godot.selfplay import matches, start

    monkeypatch.setattr(start, "GodotVectorEnv", Duel)
    monkeypatch.setattr(matches, "GodotVectorEnv", Duel)
    monkeypatch.setattr(Duel, "made", [])
    return Duel.made


@pytest.fixture(autouse=True)
def seeded_torch():
    """The same weights every time, and one thread: small networks are faster."""
    try:
        import torch
    except ModuleNotFoundError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def make_run(tmp_path):
    """Makes folders of runs of duels, with policies that have learned nothing."""
    from dataclasses import asdict

    from duel import SPACES

    from pettingzoo_godot.selfplay.folder import Config, Folder
    from pettingzoo_godot.selfplay.networks import Actor
    from pettingzoo_godot.selfplay.policies import Policies, save_policies
    from pettingzoo_godot.selfplay.settings import settings_for

    def make(name, updates=(0, 10, 20), roles=None, **chosen):
        config = Config(
            **{"scene": "duel", "engines": 1, "arenas": 2, "seed": 7, "steps": 1000}
            | {"minutes": None, "settings": asdict(settings_for("duel")), "roles": roles or {}}
            | chosen
        )
        folder = Folder.create(tmp_path / name, config)
        for update in updates:
            actors = {group: Actor(*spaces, [4], group) for group, spaces in SPACES.items()}
            policies = Policies("duel", update, 100 * update, 6.0 * update, actors)
            save_policies(folder.policies / f"{update:06d}.pt", policies)
        return folder.path

    return make


@pytest.fixture
def described(monkeypatch):
    """Lets the scene of duels be known without an engine: its hiders have two heuristics."""
    from duel import AGENTS

    from pettingzoo_godot.messages import Parameter
    from pettingzoo_godot.selfplay import contest

    class Described:
        agent_groups = AGENTS
        declared_parameters = {  # noqa: RUF012 - never changed
            "hider_heuristic": Parameter(
                "hider_heuristic", "string", "flee", choices=("static", "flee")
            )
        }

        def __init__(self, scene, parameters):
            self.arguments = (scene, parameters)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(contest, "parallel_env", Described)
    return Described
