from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
import typer
from typer.testing import CliRunner, Result

from pettingzoo_godot import __version__, cli, training
from pettingzoo_godot.doctor import Check, Finding
from pettingzoo_godot.errors import EngineNotFound, EngineStartError, InstallError
from pettingzoo_godot.install import Godot
from pettingzoo_godot.record import Recording

COMMANDS = [
    "install-godot",
    "doctor",
    "list",
    "install-addon",
    "new",
    "export",
    "play",
    "export-policy",
    "record",
    "train",
    "evaluate",
    "bench",
]
GODOT = Godot(Path("/opt/godot"), "4.6.3.stable", "PATH")


def run(*arguments: str | Path, debug: str = "") -> Result:
    environment = {"PETTINGZOO_GODOT_DEBUG": debug, "COLUMNS": "100"}
    return CliRunner().invoke(cli.app, [str(a) for a in arguments], env=environment)


def raiser(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_help_names_every_command_and_no_other() -> None:
    output = run("--help").stdout
    assert [name for name in COMMANDS if f" {name} " in output] == COMMANDS
    assert set(typer.main.get_group(cli.app).commands) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"{__version__}\n"


def test_our_errors_are_one_message_on_standard_error() -> None:
    result = run("play", "nowhere")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: expected the name of a bundled scene")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_brackets_in_messages_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "play_scene", raiser(EngineStartError("a [red]node[/] in [Main]")))
    assert run("play", "chase").stderr == "error: a [red]node[/] in [Main]\n"


def test_log_lines_are_shown_below_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "play_scene", raiser(EngineStartError("it ended", ["SCRIPT ERROR"])))
    assert run("play", "chase").stderr.endswith("  | SCRIPT ERROR\n")


def test_debug_shows_the_traceback() -> None:
    for result in (run("--debug", "play", "nowhere"), run("play", "nowhere", debug="1")):
        assert type(result.exception).__name__ == "SceneNotFound"


def test_program_and_module_are_the_same() -> None:
    command = [sys.executable, "-m", "pettingzoo_godot", "play", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_list_shows_each_scene_with_its_line() -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "chase" in result.stdout


def test_install_godot_finds_before_it_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "find_godot", lambda: GODOT)
    monkeypatch.setattr(cli, "install_godot", raiser(AssertionError("not needed")))
    result = run("install-godot")
    assert result.stdout == "/opt/godot\n"
    assert "4.6.3.stable (PATH)" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--force"], ("auto", None, True)),
        (["--source", "debian"], ("debian", None, False)),
        (["--source", "official", "--mirror", "http://m"], ("official", "http://m", False)),
    ],
)
def test_install_godot_installs_when_told_to(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: tuple[object, ...]
) -> None:
    asked = []

    def install(source: str, *, mirror: str | None, force: bool) -> Godot:
        asked.append((source, mirror, force))
        return GODOT

    monkeypatch.setattr(cli, "find_godot", lambda: GODOT)
    monkeypatch.setattr(cli, "install_godot", install)
    assert run("install-godot", *arguments).exit_code == 0
    assert asked == [expected]


def test_install_godot_installs_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GODOT", raising=False)
    monkeypatch.setattr(cli, "find_godot", raiser(EngineNotFound("none")))
    monkeypatch.setattr(cli, "install_godot", lambda *_, **__: GODOT)
    assert run("install-godot").stdout == "/opt/godot\n"


def test_install_godot_does_not_hide_a_wrong_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GODOT", "/no/such/engine")
    monkeypatch.setattr(cli, "install_godot", raiser(AssertionError("would not be used")))
    result = run("install-godot")
    assert result.exit_code == 1
    assert "$GODOT is set to /no/such/engine" in result.stderr


def test_install_godot_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "install_godot", raiser(InstallError("The disk is full")))
    result = run("install-godot", "--force")
    assert (result.exit_code, result.stderr) == (1, "error: The disk is full\n")


def test_unknown_source_is_refused_with_the_known_ones() -> None:
    result = run("install-godot", "--source", "elsewhere")
    assert result.exit_code == 2
    assert "debian" in result.stderr


def doctor_with(monkeypatch: pytest.MonkeyPatch, **findings: tuple[Finding, bool]) -> Result:
    checks = [
        Check(name, lambda finding=finding: finding, needed)
        for name, (finding, needed) in findings.items()
    ]
    monkeypatch.setattr(cli, "list_checks", lambda: checks)
    return run("doctor")


def test_doctor_is_glad(monkeypatch: pytest.MonkeyPatch) -> None:
    result = doctor_with(monkeypatch, engine=(Finding(True, "4.6.3"), True))
    assert result.exit_code == 0
    assert "✓  engine  4.6.3" in result.stdout
    assert "Everything needed works" in result.stdout


def test_doctor_tells_what_to_do_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Finding(False, "none [at all]", "install one")
    result = doctor_with(monkeypatch, engine=(engine, True), link=(Finding(True, "fine"), True))
    assert result.exit_code == 1
    assert "✗  engine  none [at all]" in result.stdout
    assert "✗  engine  install one" in result.stdout
    assert "✓  link" in result.stdout


def test_doctor_does_not_fail_for_what_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    result = doctor_with(monkeypatch, display=(Finding(False, "none", "log in"), False))
    assert result.exit_code == 0
    assert "!  display  log in" in result.stdout


def test_install_addon_ends_with_three_steps(tmp_path: Path) -> None:
    (tmp_path / "project.godot").touch()
    first = run("install-addon", tmp_path)
    assert first.exit_code == 0, first.stderr
    assert f"Installed the addon {__version__}" in first.stdout
    assert [f"{n}. " in first.stdout for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert f"Copied the addon {__version__} again" in run("install-addon", tmp_path).stdout
    settings = tmp_path / "addons" / "pettingzoo_godot" / "plugin.cfg"
    settings.write_text(settings.read_text().replace(__version__, "0.0.9"))
    updated = run("install-addon", tmp_path).stdout
    assert f"Updated the addon from 0.0.9 to {__version__}" in updated


def test_install_addon_refuses_other_folders(tmp_path: Path) -> None:
    result = run("install-addon", tmp_path)
    assert result.exit_code == 1
    assert "no project.godot" in result.stderr


def test_new_makes_a_project(tmp_path: Path) -> None:
    result = run("new", tmp_path / "game")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "game" / "addons" / "pettingzoo_godot" / "plugin.cfg").is_file()
    assert f'pzg.parallel_env("{tmp_path / "game"}")' in result.stdout
    assert run("new", tmp_path / "game").exit_code == 1


@pytest.mark.engine
def test_new_project_runs_in_python_at_once(tmp_path: Path) -> None:
    from pettingzoo.test import parallel_api_test

    import pettingzoo_godot as pzg

    run("new", tmp_path / "game")
    with pzg.parallel_env(tmp_path / "game") as env:
        assert env.possible_agents == ["runner_0"]
        parallel_api_test(env, num_cycles=300)


def test_bench_runs_those_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called: list[object] = []

    def run_benchmarks(
        names: object, json_dir: Path, *, quick: bool, announce: Callable[[str], None]
    ) -> list[str]:
        called.extend([names, json_dir, quick])
        announce("startup")
        return []

    monkeypatch.setattr(cli, "run_benchmarks", run_benchmarks)
    result = run("bench", "startup", "latency", "--json-dir", tmp_path, "--quick")
    assert result.exit_code == 0
    assert called == [["startup", "latency"], tmp_path, True]
    assert result.stderr == "\nstartup\n"


def test_bench_names_those_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "run_benchmarks", lambda *_, **__: ["latency"])
    result = run("bench")
    assert result.exit_code == 1
    assert result.stderr == "error: failed: latency\n"


def test_record_says_where_the_videos_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def pretend(*arguments: object, **options: object) -> list[Recording]:
        asked.update(options, arguments=arguments)
        return [Recording(Path("out", f"chase_00{i}.mp4"), 60, {}) for i in range(2)]

    monkeypatch.setattr(cli, "record_scene", pretend)
    options = ["--out", "out", "--policy", "heuristic", "--gif", "--fps", "9"]
    options += ["--camera", "seeker_0", "--parameter", "hider_speed=2.5", "--max-steps", "60"]
    result = run("record", "chase", *options)
    assert result.stdout == "out/chase_000.mp4\nout/chase_001.mp4\n"
    asked.pop("watch")
    assert asked == {
        "arguments": ("chase", Path("out")),
        "episodes": 1,
        "policy": "heuristic",
        "seed": None,
        "fps": 9.0,
        "gif": True,
        "width": None,
        "height": None,
        "camera_name": "seeker_0",
        "parameters": {"hider_speed": 2.5},
        "max_steps": 60,
    }


def test_record_knows_its_policies(tmp_path: Path) -> None:
    result = run("record", "chase", "--policy", "clever")
    assert result.exit_code == 1
    assert (
        "expected a policy: random, heuristic, a run or a file of policies; got 'clever'"
        in result.stderr
    )
    result = run("record", "chase", "--policy", tmp_path)
    assert "expected a folder that `pettingzoo-godot train` has made" in result.stderr
    for twice in (["random", "heuristic"], ["seeker=random", "seeker=heuristic"]):
        options = [part for policy in twice for part in ("--policy", policy)]
        result = run("record", "chase", *options)
        assert f"expected one policy per policy group, and one for all others; got {twice[0]}" in (
            result.stderr
        )


def test_record_of_sides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    from pettingzoo_godot.selfplay import filming

    asked: list[Any] = []

    class Cast:
        parameters: ClassVar = {"speed": 2.0}

        def __init__(self, *arguments: Any) -> None:
            asked.append(arguments)

    def pretend(*_: Any, **arguments: Any) -> list[Recording]:
        assert isinstance(arguments["make_policy"], Cast)
        assert arguments["parameters"] == {"speed": 2.0}
        return []

    monkeypatch.setattr(filming, "Cast", Cast)
    monkeypatch.setattr(cli, "record_scene", pretend)
    for policies in (["seeker=a"], ["seeker=a", "heuristic"], ["heuristic", "seeker=a", "hider=b"]):
        options = [part for policy in policies for part in ("--policy", policy)]
        result = run("record", "chase", "--seed", "3", *options)
        assert result.exit_code == 0, result.stderr
    file = tmp_path / "odd=name.pt"
    file.touch()
    assert run("record", "chase", "--policy", file).exit_code == 0
    assert asked == [
        ({"seeker": "a"}, "random", 3),
        ({"seeker": "a"}, "heuristic", 3),
        ({"seeker": "a", "hider": "b"}, "heuristic", 3),
        ({}, str(file), None),
    ]


def test_evaluate_of_several_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    from pettingzoo_godot.selfplay import program

    asked: list[Any] = []

    def pretend(_: Any, runs: list[Path], arguments: dict[str, Any]) -> Path:
        asked.append((runs, arguments))
        return Path("report.md")

    monkeypatch.setattr(program, "show_evaluation", pretend)
    for kind in ("self-play", "other"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "config.json").write_text(f'{{"kind": "{kind}"}}')
    runs = [tmp_path / "self-play", tmp_path / "elsewhere"]
    result = run("evaluate", *runs, "--episodes", "7", "--engines", "1")
    assert (result.exit_code, result.stdout) == (0, "report.md\n")
    assert asked == [(runs, {"episodes": 7, "engines": 1})]
    for arguments in ([runs[1]], ["--checkpoints", "3"]):
        result = run("evaluate", tmp_path / "other", *arguments)
        assert result.exit_code == 1
        assert "expected runs of `train --self-play`" in result.stderr


def test_record_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    result = run("record", "chase", "--out", tmp_path / "videos")
    assert result.exit_code == 1
    assert "pip install '.[video]'" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "videos").exists()


@pytest.mark.parametrize(
    "arguments", [["train", "cart_pole", "--out", "nowhere"], ["evaluate", "nowhere"]]
)
def test_training_without_stable_baselines3(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("train", "evaluate", "rows", "policy", "videos"):
        monkeypatch.delitem(sys.modules, f"pettingzoo_godot.training.{name}", raising=False)
        monkeypatch.delattr(training, name, raising=False)  # or it would not be put back there
    monkeypatch.setitem(sys.modules, "stable_baselines3", None)
    result = run(*arguments)
    assert result.exit_code == 1
    assert "pip install '.[train]'" in result.stderr
    assert result.stderr.count("\n") == 1
