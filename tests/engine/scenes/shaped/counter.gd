extends ZooAgent
## Observes its action, its heuristic's or Python's, and the parameters of the episode.

## Number of its observed floats.
var width: int = 0


func _init() -> void:
	action_space = ZooDiscrete.choices(10)


func _observe() -> Variant:
	var values := PackedFloat32Array()
	values.resize(width)
	values.fill(last_action)
	values[0] = environment.options["offset"]
	return values


func _heuristic() -> Variant:
	return 7
