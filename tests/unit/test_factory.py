import pytest
from pettingzoo.utils.env import AECEnv

from pettingzoo_godot import GodotParallelEnv, env, parallel_env
from pettingzoo_godot.errors import SceneNotFound

pytestmark = pytest.mark.usefixtures("no_engine")


def test_parallel_env_passes_its_arguments_on(game):
    made = parallel_env(game, max_steps=7, parameters={"walls": 1}, speedup=2.0)
    assert type(made) is GodotParallelEnv
    assert (made.max_steps, made.parameters, made.speedup) == (7, {"walls": 1}, 2.0)
    assert made.scene == game


def test_env_is_an_aec_environment(game):
    made = env(game, max_cycles=7)
    assert isinstance(made, AECEnv)
    assert made.possible_agents == ["runner_0", "chaser_0", "runner_1"]
    assert made.unwrapped.metadata["name"] == "tag"
    made.close()


@pytest.mark.parametrize("make", [parallel_env, env])
def test_misspelt_scene_is_an_error_at_once(make):
    with pytest.raises(SceneNotFound, match=r"chase.*got 'chess'"):
        make("chess")


def test_scene_of_the_editor_is_not_looked_for():
    assert parallel_env(None).scene is None


@pytest.mark.parametrize("make", [parallel_env, env])
def test_unknown_argument_is_an_error(make, game):
    with pytest.raises(TypeError, match="colour"):
        make(game, colour="red")
