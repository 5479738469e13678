extends ZooAgent
## Does what a list says: for so many steps, in which direction it looks, and what else it does.

const _SOFT := 40.0  # degrees from the direction at which it turns with all its strength

## Steps, heading [degrees around y], then the elements of its action behind the first, its turn.
var plan: Array[PackedFloat32Array] = []


func _observe() -> Variant:
	return 0.0


func _heuristic() -> Variant:
	var step := environment.step_count
	for part in plan:
		step -= int(part[0])
		if step < 0:
			var body := get_parent() as Node3D
			var missing := wrapf(part[1] - body.rotation_degrees.y, -180.0, 180.0)
			var action := part.slice(1)
			action[0] = clampf(-missing / _SOFT, -1.0, 1.0)
			return action
	return action_space.neutral()
