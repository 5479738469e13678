import numpy as np
import pytest

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.messages import Parameter
from pettingzoo_godot.options import (
    check_choice,
    check_count,
    check_limit,
    check_mapping,
    check_names,
    check_parameter,
    check_seconds,
    check_seed,
    parse_assignments,
    settle,
    split_assignments,
)

WALLS = Parameter("walls", "int", 3, 0.0, 8.0, "Walls in the field.")
WIND = Parameter("wind", "float", 0.5, None, 2.0, "Speed [m/s].")
NIGHT = Parameter("night", "bool", False)
MAP = Parameter("map", "string", "field")
SCORE = Parameter("score", "int", 0)
ALL = (WALLS, WIND, NIGHT, MAP, SCORE)
DEFAULTS = {"walls": 3, "wind": 0.5, "night": False, "map": "field", "score": 0}


def test_every_parameter_gets_a_value():
    assert settle(ALL, {}, ()) == DEFAULTS
    chosen = {"wind": 1.5, "map": "café", "unknown": object()}
    assert settle(ALL, chosen, ()) == DEFAULTS | {"wind": 1.5, "map": "café"}
    assert settle((), {"unknown": 1}, ()) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("3", 3),
        ("-3", -3),
        ("3.0", 3.0),
        ("1e-4", 1e-4),
        ("quadrant", "quadrant"),
        ("a=b", "a=b"),
        ("", ""),
        ("'3'", "3"),
        ('"true"', "true"),
        ("'", "'"),
    ],
)
def test_assignments_have_the_type_that_they_look_like(text, value):
    parsed = parse_assignments([f"name={text}"])
    assert parsed == {"name": value}
    assert type(parsed["name"]) is type(value)


def test_several_assignments():
    assert parse_assignments([]) == {}
    assert parse_assignments(["walls=3", " night = true "]) == {"walls": 3, "night": True}


def test_names_of_folders_stay_text():
    assert split_assignments(["hider=2024", "seeker = runs/a=b"]) == {
        "hider": "2024",
        "seeker": "runs/a=b",
    }


@pytest.mark.parametrize("text", ["walls", "", "=3", " =3"])
def test_what_is_no_assignment(text):
    with pytest.raises(OptionError, match="expected NAME=VALUE"):
        parse_assignments(["wind=1", text])


def test_two_assignments_of_one_name():
    with pytest.raises(OptionError, match="one value for 'walls'; got a second one: '4'"):
        parse_assignments(["walls=3", "walls=4"])


@pytest.mark.parametrize(
    ("value", "names"),
    [("ab", ("ab",)), ([], ()), (["a", "b"], ("a", "b")), ((n for n in "ab"), ("a", "b"))],
)
def test_names(value, names):
    assert check_names("agents", value) == names


@pytest.mark.parametrize("value", [None, 3, ["a", 3]])
def test_what_are_no_names(value):
    with pytest.raises(OptionError, match=r"expected agents to be names.*; got"):
        check_names("agents", value)


def test_unknown_names_are_an_error_only_where_required():
    with pytest.raises(OptionError) as error:
        settle(ALL, {"gravity": 1, "wind": 1, "moon": 2}, ["gravity", "wind", "moon"])
    assert str(error.value) == (
        "expected parameters that the scene declares, ['walls', 'wind', 'night', 'map', 'score']; "
        "got ['gravity', 'moon']"
    )


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (WALLS, 0, 0),
        (WALLS, np.int8(8), 8),
        (SCORE, -(2**53) + 1, -(2**53) + 1),
        (WIND, 2, 2.0),
        (WIND, -1e300, -1e300),
        (WIND, np.float32(0.25), 0.25),
        (WIND, np.int64(-3), -3.0),
        (NIGHT, True, True),
        (NIGHT, np.bool_(True), True),
        (MAP, "", ""),
        (MAP, np.str_("a"), "a"),
    ],
)
def test_right_values_become_plain_ones(parameter, value, expected):
    checked = check_parameter(parameter, value)
    assert checked == expected
    assert type(checked) is type(expected)


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (WALLS, -1, "type int in [0, 8]; got -1. Walls in the field."),
        (WALLS, 9, "type int in [0, 8]; got 9"),
        (WALLS, 2.0, "type int in [0, 8]; got 2.0"),
        (WALLS, True, "type int in [0, 8]; got True"),
        (WALLS, "3", "type int in [0, 8]; got '3'"),
        (WALLS, None, "type int in [0, 8]; got None"),
        (WIND, 2.1, "type float in [-inf, 2]; got 2.1"),
        (WIND, float("nan"), "type float in [-inf, 2]; got nan"),
        (WIND, float("-inf"), "type float in [-inf, 2]; got -inf"),
        (WIND, False, "type float in [-inf, 2]; got False"),
        (WIND, np.bool_(False), "type float in [-inf, 2]"),
        (NIGHT, 1, "type bool; got 1"),
        (NIGHT, "yes", "type bool; got 'yes'"),
        (MAP, 1, "type string; got 1"),
        (MAP, b"field", "type string; got b'field'"),
    ],
)
def test_wrong_values_are_refused(parameter, value, expected):
    with pytest.raises(OptionError) as error:
        check_parameter(parameter, value)
    message = str(error.value)
    assert message.startswith(f"parameter {parameter.name!r}: expected a value of ")
    assert expected in message


@pytest.mark.parametrize("value", [2**53, -(2**70)])
def test_integers_beyond_the_wire_are_refused(value):
    with pytest.raises(OptionError, match="'score'"):
        check_parameter(SCORE, value)


def test_integer_beyond_the_floats_is_refused():
    with pytest.raises(OptionError, match="'wind'"):
        check_parameter(WIND, -(10**400))


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (None, None),
        (0, 0),
        (2**32 - 1, 2**32 - 1),
        (2**70, 2**70),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.int32(7), 7),
        (3.0, 3),
    ],
)
def test_seeds_from_0_on_are_taken(seed, expected):
    checked = check_seed(seed)
    assert checked == expected
    assert type(checked) is type(expected)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", float("nan"), float("inf"), [1], np.int8(-1)])
def test_other_seeds_are_refused(seed):
    with pytest.raises(OptionError, match="expected a seed to be an int from 0 on, or None; got"):
        check_seed(seed)


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (500, 500), (np.int64(5), 5), (5.0, 5)])
def test_limits_from_0_on_are_taken(limit, expected):
    assert check_limit(limit) == expected


@pytest.mark.parametrize("limit", [-1, 0.5, True, "5", float("inf"), None])
def test_other_limits_are_refused(limit):
    with pytest.raises(OptionError, match="expected max_steps to be an int from 0 on, or None"):
        check_limit(limit)


@pytest.mark.parametrize(("seconds", "expected"), [(1, 1.0), (0.5, 0.5), (float("inf"), 1e6)])
def test_seconds_above_0_are_taken(seconds, expected):
    assert check_seconds("timeout", seconds) == expected


@pytest.mark.parametrize("seconds", [0, -1, None, "x", True, float("nan")])
def test_other_seconds_are_refused(seconds):
    with pytest.raises(OptionError, match="expected timeout to be a number of seconds above 0"):
        check_seconds("timeout", seconds)


@pytest.mark.parametrize("count", [1, 7, np.int64(3), np.uint8(255)])
def test_counts_from_1_on_are_taken(count):
    checked = check_count("num_arenas", count)
    assert checked == count
    assert type(checked) is int


@pytest.mark.parametrize("count", [0, -1, 1.0, True, np.bool_(True), "1", None, [1], np.int8(-1)])
def test_other_counts_are_refused(count):
    with pytest.raises(OptionError, match="expected num_arenas to be an int from 1 on; got"):
        check_count("num_arenas", count)


def test_choices_are_taken_or_told():
    assert check_choice("on_crash", "raise", ("raise", "restart")) == "raise"
    for wrong in ("Raise", "", None, 1, ["raise"]):
        with pytest.raises(OptionError, match="expected on_crash to be raise or restart; got"):
            check_choice("on_crash", wrong, ("raise", "restart"))


def test_mapping_becomes_a_new_dict():
    given = {"wind": 1.0}
    assert check_mapping("options", given) == given
    assert check_mapping("options", given) is not given
    assert check_mapping("options", None) == {}


def test_other_than_a_mapping_is_refused():
    with pytest.raises(OptionError, match=r"expected options to be a dict; got \[1\]"):
        check_mapping("options", [1])


def test_a_count_may_have_an_upper_bound():
    assert check_count("num_engines", 3, most=3) == 3
    with pytest.raises(OptionError, match="expected num_engines to be an int from 1 to 3; got 4"):
        check_count("num_engines", 4, most=3)
