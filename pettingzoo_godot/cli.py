"""The program `pettingzoo-godot`: reads arguments, calls the modules that do the work, shows.

Results go to standard output, everything else to standard error. What goes wrong is one message
and exit code 1; with `--debug` or `$PETTINGZOO_GODOT_DEBUG`, also the traceback.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

import pettingzoo_godot
from pettingzoo_godot import addon as addons
from pettingzoo_godot.bench import run_benchmarks
from pettingzoo_godot.doctor import Check, Finding, list_checks, run_checks
from pettingzoo_godot.errors import EngineNotFound, PettingZooGodotError, UsageError
from pettingzoo_godot.export import export_scene
from pettingzoo_godot.extras import needing_train
from pettingzoo_godot.install import Godot, Source, find_godot, install_godot
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import parse_assignments, split_assignments
from pettingzoo_godot.play import play as play_scene
from pettingzoo_godot.record import POLICIES
from pettingzoo_godot.record import record as record_scene
from pettingzoo_godot.scene import list_scenes
from pettingzoo_godot.training.run import Run


def _console(stderr: bool = False) -> Console:
    # Made anew for each command: standard output may have been replaced since the import.
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


class _Program(TyperGroup):
    """Shows our errors as messages."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PettingZooGodotError as exc:
            if ctx.params.get("debug"):
                raise
            _console(stderr=True).print(f"[bold red]error:[/] {escape(str(exc))}")
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_Program,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the program."""
    app(prog_name="pettingzoo-godot")


def _show_version(wanted: bool) -> None:
    if wanted:
        _console().print(pettingzoo_godot.__version__)
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[
        bool,
        typer.Option("--debug", envvar="PETTINGZOO_GODOT_DEBUG", help="Show tracebacks of errors."),
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Godot scenes with named agents as PettingZoo environments."""


@app.command("install-godot")
def install(
    source: Annotated[
        Source, typer.Option(help="Official release, the machine's Debian mirror, or what works.")
    ] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Install even if there is one.")] = False,
    mirror: Annotated[
        str | None, typer.Option(metavar="URL", help="Folder with the official archives.")
    ] = None,
) -> None:
    """Find Godot ($GODOT, PATH, our cache), or install it; prints the executable's path."""
    godot = None if force or source != "auto" else _find_godot()
    if godot is None:
        godot = install_godot(source, mirror=mirror, force=force)
    _console(stderr=True).print(f"Godot {godot.version} ({escape(godot.source)})")
    _console().print(str(godot.executable), markup=False)


def _find_godot() -> Godot | None:
    try:
        return find_godot()
    except EngineNotFound:
        if os.environ.get("GODOT"):
            raise  # an engine in the cache would not be used in its place
        return None


@app.command()
def doctor() -> None:
    """Check every part, and say what to do where one fails."""
    console = _console()
    found: list[tuple[Check, Finding]] = []
    checks = list_checks()
    with _console(stderr=True).status("") as status:
        results = run_checks(checks)
        for check in checks:
            status.update(f"Checking: {check.name}")
            found.append(next(results))
    table = Table("", "part", box=None, pad_edge=False)
    table.add_column("what is there", overflow="fold")
    for check, finding in found:
        table.add_row(_sign(check, finding), check.name, escape(finding.detail))
    console.print(table, soft_wrap=False)
    cures = Table("", "part", box=None, pad_edge=False)
    cures.add_column("what to do", overflow="fold")
    for check, finding in found:
        if not finding.ok:
            cures.add_row(_sign(check, finding), check.name, escape(finding.cure))
    if cures.row_count:
        console.print()
        console.print(cures, soft_wrap=False)
    if any(check.needed and not finding.ok for check, finding in found):
        raise typer.Exit(1)
    console.print("\n[green]Everything needed works.[/]")


def _sign(check: Check, finding: Finding) -> str:
    if finding.ok:
        return "[green]✓[/]"
    return "[red]✗[/]" if check.needed else "[yellow]![/]"


@app.command("list")
def list_() -> None:
    """List the bundled scenes."""
    table = Table("scene", "what it is", box=None, pad_edge=False)
    for name, line in list_scenes().items():
        table.add_row(f"[bold]{name}[/]", escape(line))
    console = _console()
    console.print(table, soft_wrap=False)
    console.print('\n[dim]In Python: pzg.parallel_env("NAME"). To see one: [/]', end="")
    console.print("[dim]pettingzoo-godot play NAME[/]")


@app.command("install-addon")
def install_addon(
    project: Annotated[Path, typer.Argument(help="Folder with a project.godot.")],
) -> None:
    """Copy the addon and its script templates into a Godot project, or update them."""
    done = addons.install_addon(project)
    if done.before is None:
        what = f"Installed the addon {done.version}"
    elif done.before == done.version:
        what = f"Copied the addon {done.version} again"
    else:
        what = f"Updated the addon from {done.before} to {done.version}"
    console = _console()
    console.print(f"[green]✓[/] {what}: {escape(str(done.folder))}")
    console.print(
        "\nNext:\n"
        "  1. Open the project in Godot and add a [bold]ZooEnvironment[/] to your scene.\n"
        "  2. Add a [bold]ZooAgent[/] below each body that acts; extend its script with the\n"
        "     template “Agent for Python”, and set its action space.\n"
        f'  3. In Python: [bold]pzg.parallel_env("{escape(str(project))}")[/]'
    )


@app.command()
def new(
    project: Annotated[Path, typer.Argument(help="Folder to make; must not exist, or be empty.")],
) -> None:
    """Make a small Godot project with one agent, which runs in Python at once."""
    done = addons.create_project(project)
    console = _console()
    console.print(f"[green]✓[/] A project with the addon {done.version}: {escape(str(project))}")
    console.print(
        "\nNext:\n"
        f"  1. See it: [bold]pettingzoo-godot play {escape(str(project))}[/] (arrow keys)\n"
        f'  2. In Python: [bold]pzg.parallel_env("{escape(str(project))}")[/]\n'
        "  3. Change [bold]runner.gd[/]: what the agent observes, does and earns."
    )


@app.command()
def export(
    scene: Annotated[str, typer.Argument(help="Bundled scene, project folder or .tscn file.")],
    out: Annotated[Path, typer.Argument(help="Executable to write, such as build/chase.")],
) -> None:
    """Export a scene as a game, which runs faster and needs no Godot; prints its path."""
    game = export_scene(scene, out)
    _console(stderr=True).print(
        f'[green]✓[/] In Python: [bold]pzg.parallel_env("{escape(str(out))}")[/]'
    )
    _console().print(str(game), markup=False)


@app.command()
def play(
    scene: Annotated[
        str, typer.Argument(help="Bundled scene, project folder, .tscn file or exported game.")
    ],
    agent: Annotated[
        str | None,
        typer.Option(help="Play this agent, such as seeker_0; the others play by themselves."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[GROUP=]RUN",
            help="A self-play run, or a file of its policies, that plays; for one policy group or "
            "all that are not named; repeatable.",
        ),
    ] = None,
) -> None:
    """Play a scene in a window, without a trainer; close it, or press Ctrl-C, to end."""
    runs = _split_policies(policy or ())
    with TemporaryDirectory() as folder:
        files = _write_policies(runs, Path(folder))
        play_scene(scene, agent, files, _parameters_of(runs.values()))


def _write_policies(runs: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Write those that are to play for the engine; by policy group."""
    files: dict[str, Path] = {}
    for group, run in runs.items():
        written = _export(run, folder / f"of_{group}", group)
        files = files | written if group else written | files
    return files


def _parameters_of(runs: Collection[str]) -> Mapping[str, Scalar]:
    """Those of the scene in which the policies were trained."""
    if not runs:
        return {}
    from pettingzoo_godot.selfplay.folder import parameters_of

    return parameters_of(map(Path, runs))


@app.command()
def export_policy(
    run: Annotated[
        Path, typer.Argument(help="Folder of a self-play run, or a file of its policies.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the files, such as one of your project.")],
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Take the most probable actions, draw none."),
    ] = False,
) -> None:
    """Write the policies of a self-play run for Godot, to play without Python; prints the files."""
    for file in _export(run, out, deterministic=deterministic).values():
        _console().print(str(file), markup=False, soft_wrap=True)


def _export(
    run: str | Path, out: Path, group: str = "", *, deterministic: bool = False
) -> dict[str, Path]:
    with needing_train("the policy of a run"):
        from pettingzoo_godot.selfplay.engine_policy import export_policies
    return export_policies(run, out, group=group, deterministic=deterministic)


@app.command()
def record(
    scene: Annotated[
        str, typer.Argument(help="Bundled scene, project folder, .tscn file or exported game.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the videos.")] = Path("videos"),
    episodes: Annotated[int, typer.Option(help="How many; a video of each.")] = 1,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[GROUP=]POLICY",
            help="random (if not given), heuristic, a run, or a file of self-play's policies; for "
            "one policy group or all that are not named; repeatable.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    gif: Annotated[bool, typer.Option("--gif", help="Make a GIF of each as well.")] = False,
    width: Annotated[int | None, typer.Option(help="Pixels; as the project's window.")] = None,
    height: Annotated[int | None, typer.Option(help="Pixels; as the project's window.")] = None,
    camera: Annotated[
        str | None, typer.Option(help="Of the scene, by name; or an agent: from behind it.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="Pictures per second, one per step; real time.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of the scene; repeatable.")
    ] = None,
    max_steps: Annotated[
        int | None, typer.Option(help="Of an episode; the scene's own limit if not given.")
    ] = None,
) -> None:
    """Record episodes as videos, also without a display; prints their paths."""
    acting, parameters = _find_policy(policy or ["random"], seed)
    with _console(stderr=True).status("") as status:
        made = record_scene(
            scene,
            out,
            episodes=episodes,
            **acting,
            seed=seed,
            fps=fps,
            gif=gif,
            watch=lambda n, steps: status.update(f"Episode {n + 1} of {episodes}: {steps} steps"),
            width=width,
            height=height,
            camera_name=camera,
            parameters={**parameters, **parse_assignments(parameter or ())},
            max_steps=max_steps,
        )
    for recording in made:
        _console().print(str(recording.file), markup=False)


def _split_policies(asked: Sequence[str]) -> dict[str, str]:
    """Policies by policy group; under "" that of all others."""
    given = [
        one.partition("=")[::2] if "=" in one and not Path(one).exists() else ("", one)
        for one in asked
    ]
    named = dict(given)
    if len(named) < len(given):
        raise UsageError(
            f"expected one policy per policy group, and one for all others; got {', '.join(asked)}"
        )
    return named


def _find_policy(
    asked: Sequence[str], seed: int | None
) -> tuple[dict[str, Any], Mapping[str, Scalar]]:
    """Who acts in a video, and the parameters of the scene that it was trained with."""
    named = _split_policies(asked)
    other = named.pop("", "random")
    if not named and other in POLICIES:
        return {"policy": other}, {}
    if not named and not Path(other).exists():
        raise UsageError(
            f"expected a policy: {', '.join(POLICIES)}, a run or a file of policies; got {other!r}"
        )
    with needing_train("the policy of a run"):
        from pettingzoo_godot.selfplay.filming import Cast
        from pettingzoo_godot.selfplay.folder import is_self_play
        from pettingzoo_godot.training.policy import load_policy
    if not named and Path(other).is_dir() and not is_self_play(Path(other)):
        run = Run.open(Path(other))
        return {"policy": load_policy(run)}, run.config.parameters
    cast = Cast(named, other, seed)
    return {"make_policy": cast}, cast.parameters


@app.command()
def train(
    scene: Annotated[
        str, typer.Argument(help="Bundled scene, project folder, .tscn file or exported game.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the run.")],
    algo: Annotated[str | None, typer.Option(help="ppo (if not given) or a2c.")] = None,
    steps: Annotated[
        int | None, typer.Option(help="Steps in all; 100000, with --self-play any.")
    ] = None,
    engines: Annotated[
        int | None, typer.Option(help="Godot processes; 1, with --self-play 2.")
    ] = None,
    arenas: Annotated[
        int | None, typer.Option(help="Copies of the scene in each; 8, with --self-play 32.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random; 0.")] = None,
    vectorizer: Annotated[str | None, typer.Option(help="sb3 (if not given) or supersuit.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Of the scene; repeatable.")
    ] = None,
    hyperparameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Of the algorithm, like gamma=0.9; repeatable."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the run's last checkpoint.")
    ] = False,
    video_every: Annotated[
        int, typer.Option(metavar="EPISODES", help="A video after every so many; 0: none.")
    ] = 0,
    self_play: Annotated[
        bool,
        typer.Option("--self-play", help="Policy groups learn by playing against each other."),
    ] = False,
    minutes: Annotated[
        float | None, typer.Option(help="With --self-play: of training in all; 10.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP=ROLE",
            help="With --self-play: train, frozen, deterministic or scripted; repeatable.",
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP=RUN", help="With --self-play: whose weights to begin with; repeatable."
        ),
    ] = None,
) -> None:
    """Train a policy with Stable-Baselines3, or several by self-play; Ctrl-C saves, --resume goes
    on."""  # noqa: D205, D209
    if self_play:
        _refuse_options(
            {"algo": algo, "vectorizer": vectorizer, "video-every": video_every or None}, ""
        )
        _train_by_self_play(
            scene,
            out,
            minutes=minutes,
            steps=steps,
            engines=engines,
            arenas=arenas,
            seed=seed,
            roles=split_assignments(role) if role else None,
            policies=split_assignments(policy) if policy else None,
            parameters=parse_assignments(parameter) if parameter else None,
            settings=parse_assignments(hyperparameter) if hyperparameter else None,
            resume=resume,
        )
        return
    _refuse_options({"minutes": minutes, "role": role, "policy": policy}, "add --self-play, or ")
    with needing_train("train"):
        from pettingzoo_godot.training.bar import show_training
        from pettingzoo_godot.training.train import train as train_policy
    console = _console(stderr=True)
    with show_training(console) as watch:
        run = train_policy(
            scene,
            out,
            algorithm=algo,
            steps=steps,
            engines=engines,
            arenas=arenas,
            seed=seed,
            vectorizer=vectorizer,
            parameters=parse_assignments(parameter or ()),
            hyperparameters=parse_assignments(hyperparameter or ()),
            resume=resume,
            video_every=video_every,
            watch=watch,
        )
    folder, learned = escape(str(out)), run.last_checkpoint().steps
    if learned < run.config.steps:
        console.print(
            f"Stopped after {learned} of {run.config.steps} steps. To go on:\n"
            f"  [bold]pettingzoo-godot train {escape(scene)} --out {folder} --resume[/]"
        )
        raise typer.Exit(130)  # as shells say of a program that Ctrl-C has ended
    console.print(
        f"[green]✓[/] {learned} steps. See {escape(str(run.learning_curve_file))}, and\n"
        f"  [bold]pettingzoo-godot evaluate {folder}[/]\n"
        f"  [bold]tensorboard --logdir {folder}[/]"
    )
    _console().print(str(run.folder), markup=False)


def _refuse_options(given: Mapping[str, Any], cure: str) -> None:
    wrong = [f"--{name}" for name, value in given.items() if value is not None]
    if wrong:
        kind = "train without --self-play" if cure else "train --self-play"
        raise UsageError(f"expected options of {kind}; got {', '.join(wrong)}: {cure}leave it out")


def _train_by_self_play(scene: str, out: Path, **asked: Any) -> None:
    with needing_train("train --self-play"):
        from pettingzoo_godot.selfplay.program import show_training
    if not show_training(_console(stderr=True), scene, out, asked):
        raise typer.Exit(130)
    _console().print(str(out), markup=False)


@app.command()
def evaluate(
    runs: Annotated[list[Path], typer.Argument(help="Folder that `train` has made; or several.")],
    episodes: Annotated[
        int | None, typer.Option(help="How many are played, 100; of each pair in self-play, 200.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Of the episodes; not that of the training if not given; self-play: 0."),
    ] = None,
    cross_episodes: Annotated[
        int | None, typer.Option(help="Self-play: of each pair with an earlier checkpoint; 50.")
    ] = None,
    checkpoints: Annotated[
        int | None, typer.Option(help="Self-play: how many of each run play; 8.")
    ] = None,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Self-play: take the most probable actions."),
    ] = False,
    engines: Annotated[int | None, typer.Option(help="Self-play: Godot processes; 2.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Self-play: folder of the report; RUN/evaluation.")
    ] = None,
) -> None:
    """Let trained policies play, and say how well they do; writes evaluation.json and pictures, of
    self-play runs a report."""  # noqa: D205, D209
    with needing_train("evaluate"):
        from pettingzoo_godot.selfplay.folder import is_self_play
    extra = {
        "cross_episodes": cross_episodes,
        "checkpoints": checkpoints,
        "deterministic": deterministic or None,
        "engines": engines,
        "out": out,
    }
    extra = {name: value for name, value in extra.items() if value is not None}
    if is_self_play(runs[0]):
        numbers = {"episodes": episodes, "seed": seed}
        extra |= {name: value for name, value in numbers.items() if value is not None}
        with needing_train("evaluate"):
            from pettingzoo_godot.selfplay.program import show_evaluation
        _console().print(str(show_evaluation(_console(stderr=True), runs, extra)), markup=False)
        return
    if extra or len(runs) > 1:
        raise UsageError(
            "expected runs of `train --self-play`, for more than one and for --cross-episodes, "
            f"--checkpoints, --deterministic, --engines and --out; {runs[0]} is none"
        )
    with needing_train("evaluate"):
        from pettingzoo_godot.training.evaluate import evaluate as evaluate_policy
        from pettingzoo_godot.training.report import tabulate
    with _console(stderr=True).status("") as status:
        count = 100 if episodes is None else episodes
        found = evaluate_policy(
            runs[0], count, seed=seed, watch=lambda n: status.update(f"{n} of {count} episodes")
        )
    _console().print(tabulate(found), soft_wrap=False)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which; none: all of them.")] = None,
    json_dir: Annotated[Path | None, typer.Option(help="Folder for a NAME.json of each.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="For seconds only, to see that they work.")
    ] = False,
) -> None:
    """Run the benchmarks of a checkout, one after another; each prints its table."""
    console = _console(stderr=True)
    failed = run_benchmarks(
        names or (),
        json_dir,
        quick=quick,
        announce=lambda name: console.print(f"\n[bold]{name}[/]"),
    )
    if failed:
        console.print(f"[bold red]error:[/] failed: {', '.join(failed)}")
        raise typer.Exit(1)
