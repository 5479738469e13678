extends ZooAgent
## An agent with one mistake.

## What it gets wrong.
@export var mistake: String = ""
## Length of its observation.
@export var size: int = 2

var _steps: int = 0


func _init() -> void:
	action_space = ZooBox.vector(1)


func _enter_tree() -> void:
	match mistake:
		"no_action_space":
			action_space = null
		"out_of_bounds":
			observation_space = ZooBox.vector(size, 0.0, 1.0)


func _reset() -> void:
	_steps = 0
	if mistake == "error_in_reset":
		_fail_to_call()
	# Not at once: spaces are asked for with the first episode, which has seed 0.
	if mistake == "endless_reset" and environment.rng.seed != 0:
		_wait_forever()
	if mistake == "error_in_later_reset" and environment.rng.seed != 0:
		_fail_to_call()


func _act(_action: Variant) -> void:
	_steps += 1
	match mistake:
		"error_in_act":
			_fail_to_call()
		"endless_act":
			_wait_forever()
		"undeclared_component":
			add_reward(1.0, "bonus")
		"undeclared_info":
			set_info("speed", 1.0)


func _observe() -> Variant:
	var values := PackedFloat32Array()
	values.resize(size)
	if mistake == "no_observe":
		return null
	if _steps < 2:
		return values
	match mistake:
		"wrong_size":
			values.append(0.0)
		"wrong_type":
			return "two floats"
		"nan":
			values[1] = NAN
		"nan_reward":
			add_reward(NAN)
		"out_of_bounds":
			values[1] = 1.5
		"error_in_observe":
			_fail_to_call()
	return values


func _fail_to_call() -> void:
	var nothing: Node = null
	nothing.queue_free()


func _wait_forever() -> void:
	print("the loop has begun")
	while true:
		pass
