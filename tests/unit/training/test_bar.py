import io

from rich.console import Console

from pettingzoo_godot.training.bar import _Shown, show_training
from pettingzoo_godot.training.run import LogRow


def test_speed_and_mean_return():
    shown = _Shown()
    assert shown.after(LogRow(1000, 1.0, 0)) == ("", "")
    assert shown.after(LogRow(3000, 2.0, 1, 10.0)) == ("2,000 steps/s", "mean return 10.0")
    assert shown.after(LogRow(4000, 3.0, 1, 20.0)) == ("1,900 steps/s", "mean return 11.0")


def test_bar():
    out = io.StringIO()
    with show_training(Console(file=out, width=100)) as watch:
        watch(LogRow(500, 1.0, 0), 1000)
        watch(LogRow(1000, 2.0, 1, 10.0), 1000)
    assert "1000/1000 500 steps/s mean return 10.0" in out.getvalue()


def test_nothing_is_shown_of_a_training_that_does_not_begin():
    out = io.StringIO()
    with show_training(Console(file=out, width=100)):
        pass
    assert out.getvalue() == ""
