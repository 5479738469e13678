extends ZooAgent
## Drives a character among the tiles.

@onready var _body: CharacterBody2D = get_parent()


func _init() -> void:
	action_space = ZooBox.vector(2)


func _act(action: Variant) -> void:
	var values: PackedFloat32Array = action
	_body.velocity = Vector2(values[0] * 300.0, values[1] * 300.0 + 60.0)
	_body.move_and_slide()
	for i in _body.get_slide_collision_count():
		var hit := _body.get_slide_collision(i)
		var tile := hit.get_collider() as RigidBody2D
		if tile != null:
			tile.apply_central_impulse(-20.0 * hit.get_normal())


func _observe() -> Variant:
	return PackedFloat32Array(
		[_body.position.x, _body.position.y, _body.get_slide_collision_count()]
	)
