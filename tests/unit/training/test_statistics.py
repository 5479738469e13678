from pettingzoo_godot.training.statistics import Evaluation, describe


def test_numbers():
    assert describe([1.0, 2.0, 6.0]) == {
        "mean": 3.0,
        "median": 2.0,
        "min": 1.0,
        "max": 6.0,
        "std": (14 / 3) ** 0.5,
    }


def test_summary():
    found = Evaluation(100, 7, [1.0, 3.0], [4, 8], [1.0, 0.0])
    summary = found.summary()
    assert (summary["episodes"], summary["success_rate"]) == (2, 0.5)
    assert (summary["return"]["mean"], summary["length"]["mean"]) == (2.0, 6.0)


def test_a_scene_that_knows_no_success():
    assert Evaluation(100, 7, [1.0], [4]).summary()["success_rate"] is None
