import io

from rich.console import Console

from pettingzoo_godot.install.progress import Progress


def test_progress_without_a_terminal_writes_quarters(progress, said):
    with progress.track("Doing [it]", 10) as update:
        for done in range(11):
            update(done)
    assert said.getvalue().split("\n") == [
        "Doing [it]",
        "  25 %",
        "  50 %",
        "  75 %",
        "  100 %",
        "",
    ]


def test_progress_of_unknown_size_writes_the_label_only(progress, said):
    with progress.track("Doing", None) as update:
        update(5)
    assert said.getvalue() == "Doing\n"


def test_progress_on_a_terminal_draws_a_bar():
    said = io.StringIO()
    progress = Progress(Console(file=said, force_terminal=True, width=80))
    with progress.track("Doing", 2) as update:
        update(2)
    assert "100%" in said.getvalue()


def test_progress_writes_to_standard_error(capsys):
    Progress().say("hello")
    assert capsys.readouterr() == ("", "hello\n")
