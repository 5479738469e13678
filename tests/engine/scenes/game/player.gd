extends ZooAgent
## Keeps its actions for the environment to tell.

## Whether it makes a mistake in the second step.
@export var errs: bool = false
## Whom it observes.
@export var observed: ZooAgent

var _acted: Array = []


func _act(action: Variant) -> void:
	if errs and environment.step_count == 1 and "--err" in OS.get_cmdline_user_args():
		var nobody: Node = null
		nobody.queue_free()
	_acted.append(action)


func _observe() -> Variant:
	return PackedFloat32Array([observed.last_action if observed != null else 0.0])


func _heuristic() -> Variant:
	return PackedFloat32Array([0.1 * environment.step_count])


## The actions since the last call.
func take_acted() -> Array:
	var acted := _acted
	_acted = []
	return acted
