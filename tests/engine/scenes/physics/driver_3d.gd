extends ZooAgent
## Drives a character among the boxes.

const Physics := preload("physics.gd")

@onready var _body: CharacterBody3D = get_parent()


func _init() -> void:
	action_space = ZooBox.vector(2)


func _act(action: Variant) -> void:
	var values: PackedFloat32Array = action
	_body.velocity = Vector3(values[0] * 8.0, -3.0, values[1] * 8.0)
	_body.move_and_slide()
	for i in _body.get_slide_collision_count():
		var hit := _body.get_slide_collision(i)
		var box := hit.get_collider() as RigidBody3D
		if box != null:
			box.apply_central_impulse(-hit.get_normal())


func _observe() -> Variant:
	var place := _body.position
	var values := PackedFloat32Array([place.x, place.y, place.z])
	values.append_array((environment as Physics).observe_bodies())
	return values
