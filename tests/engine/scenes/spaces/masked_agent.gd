extends ZooAgent
## Four choices, of which the one it took last is not allowed now.

var _taken: int = 0


func _reset() -> void:
	_taken = 0


func _act(action: Variant) -> void:
	_taken = action


func _observe() -> Variant:
	return PackedFloat32Array([_taken, 1.0])


func _action_mask() -> PackedByteArray:
	var mask := PackedByteArray([1, 1, 1, 1])
	mask[_taken] = 0
	return mask
