extends ZooAgent
## A Box with other bounds for each element; observes the scene's parameters and its last action.

const _LOWS: PackedFloat32Array = [-1.0, -2.0, 0.25, -10.0]
const _HIGHS: PackedFloat32Array = [1.0, 2.0, 5.0, -5.0]

## Number of this agent.
@export var index: int = 0

var _heard: PackedFloat32Array = []
var _draw: float = 0.0


func _init() -> void:
	policy_group = "vectors"
	var actions := ZooBox.vector(4)
	actions.lows = _LOWS
	actions.highs = _HIGHS
	action_space = actions
	var observations := ZooBox.vector(10)
	observations.lows = [0.0, 0.0, -5.0, 0.5, 0.0, 0.0]
	observations.highs = [9.0, 1.0, 5.0, 2.0, 99.0, 1.0]
	observations.lows.append_array(_LOWS)
	observations.highs.append_array(_HIGHS)
	observation_space = observations
	reward_components = ["first", "second"]
	info_names = ["index", "sum"]


func _reset() -> void:
	_heard = action_space.neutral()
	_draw = environment.rng.randf()


func _act(action: Variant) -> void:
	_heard = action
	add_reward(index, "first")
	add_reward(_heard[0], "second")
	set_info("index", index)
	set_info("sum", _heard[0] + _heard[1] + _heard[2] + _heard[3])


func _observe() -> Variant:
	var options := environment.options
	var word: String = options["word"]
	var values := PackedFloat32Array(
		[index, float(options["flag"]), options["count"], options["gain"], word.length(), _draw]
	)
	values.append_array(_heard)
	return values
