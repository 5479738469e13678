extends ZooEnvironment
## Bodies that bump into each other, in space and on a plane: contacts are what makes a physics
## engine depend on its past.

const _BOXES := 6  # per world

var _boxes: Array[RigidBody3D] = []
var _tiles: Array[RigidBody2D] = []


func _reset(_values: Dictionary) -> void:
	for i in _BOXES:
		_boxes.append(_add_box())
		_tiles.append(_add_tile())


## Position and turn of every body that nobody drives.
func observe_bodies() -> PackedFloat32Array:
	var values := PackedFloat32Array()
	for box in _boxes:
		var turn := box.quaternion
		values.append_array([box.position.x, box.position.y, box.position.z])
		values.append_array([turn.x, turn.y, turn.z, turn.w])
	for tile in _tiles:
		values.append_array([tile.position.x, tile.position.y, tile.rotation])
	return values


func _add_box() -> RigidBody3D:
	var shape := CollisionShape3D.new()
	shape.shape = BoxShape3D.new()
	var box := RigidBody3D.new()
	box.add_child(shape)
	box.position = Vector3(_between(2.0), 1.5 + absf(_between(3.0)), _between(2.0))
	box.rotation = Vector3(_between(PI), _between(PI), _between(PI))
	add_child(box)
	return box


func _add_tile() -> RigidBody2D:
	var rectangle := RectangleShape2D.new()
	rectangle.size = Vector2(30.0, 20.0)
	var shape := CollisionShape2D.new()
	shape.shape = rectangle
	var tile := RigidBody2D.new()
	tile.add_child(shape)
	tile.position = Vector2(_between(100.0), -60.0 - absf(_between(200.0)))
	tile.rotation = _between(PI)
	add_child(tile)
	return tile


func _between(limit: float) -> float:
	return rng.randf_range(-limit, limit)
