extends ZooAgent
## Moves its body along the x axis [px].


func _init() -> void:
	action_space = ZooBox.vector(1)
	observation_space = ZooBox.vector(1, -1000.0, 1000.0)


func _act(action: Variant) -> void:
	(get_parent() as Node2D).position.x += 10.0 * action[0]


func _observe() -> Variant:
	return PackedFloat32Array([(get_parent() as Node2D).position.x])
