extends ZooAgent
## Moves its body along the x axis.


func _init() -> void:
	action_space = ZooBox.vector(1)
	observation_space = ZooBox.vector(1, -1000.0, 1000.0)


func _act(action: Variant) -> void:
	(get_parent() as Node3D).position.x += action[0]


func _observe() -> Variant:
	return PackedFloat32Array([(get_parent() as Node3D).position.x])
