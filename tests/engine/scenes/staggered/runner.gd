extends ZooAgent
## Lives for [member lifetime] steps; rewards and observations tell who it is, and in which step.

## Steps until it ends.
@export var lifetime: int = 1
## Whether it ends by truncation.
@export var ends_truncated: bool = false
## Number of this agent.
@export var index: int = 0

## Added to every lifetime, so that episodes can be longer.
var extra_steps: int = 0
var _start: float = 0.0
var _step: int = 0
var _acted: float = 0.0


func _init() -> void:
	action_space = ZooBox.vector(1)
	observation_space = ZooBox.vector(4, -2000.0, 2000.0)
	info_names = ["number"]
	reward_components = ["number", "step"]


func _reset() -> void:
	_start = environment.rng.randf()
	_step = 0
	_acted = 0.0


func _act(action: Variant) -> void:
	var values: PackedFloat32Array = action
	_acted = values[0]


func _observe() -> Variant:
	return PackedFloat32Array([index + 1, _step, _acted, _start])


## Ends step number [param step].
func live_on(step: int) -> void:
	if not alive:
		_step = -1  # would show if an agent that is done were observed
		return
	_step = step
	add_reward(10.0 * (index + 1), "number")
	add_reward(step, "step")
	set_info("number", 100.0 * step + index)
	if step < lifetime + extra_steps:
		return
	if ends_truncated:
		truncate()
	else:
		terminate()
