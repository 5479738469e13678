extends ZooSensor
## What the target sensors of 2D and 3D share: whom they look for, and when they see it.

const Rays := preload("rays.gd")
const Targets := preload("targets.gd")

## Without a target path: the nearest node of this group in the agent's own arena.
@export var target_group: StringName = &""
## Whether things between body and target make it invisible.
@export var check_line_of_sight: bool = true
## Whether the position and the distance of an invisible target are zero, too.
@export var only_if_visible: bool = false


func _high() -> PackedFloat32Array:
	return _filled(1.0)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	for i in _size():
		buffer[offset + i] = 0.0
	var body := _body()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a %s." % _body_class())
		return
	var target := _find(body)
	if target == null:
		return
	var is_visible := not check_line_of_sight or _sees(body, target)
	if is_visible or not only_if_visible:
		_write(buffer, offset, body, target)
		buffer[offset + _size() - 1] = 1.0 if is_visible else 0.0


func _find(body: Node) -> Node:
	var nearest: Node = null
	var least := INF
	for node in _candidates():
		var distance := _distance_squared(body, node)
		if distance < least:
			least = distance
			nearest = node
	return nearest


func _candidates() -> Array[Node]:
	if _path().is_empty():
		return Targets.members(self, target_group)
	var target := get_node_or_null(_path())
	if target == null or target.is_queued_for_deletion():
		return []
	return [target]


func check_settings() -> void:
	super()
	if _path().is_empty() and target_group == &"":
		_fail("no target: set a target path or a target group.")


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _body() == null:
		warnings.append(
			"A target is seen from a body: place the ZooAgent below a %s." % _body_class()
		)
	if _path().is_empty() and target_group == &"":
		warnings.append("Set a target path or a target group.")
	return warnings


## What it looks from; null if there is none.
func _body() -> Node:
	return null


func _body_class() -> String:
	return ""


func _path() -> NodePath:
	return NodePath()


## Infinite for a node that has no place.
func _distance_squared(_from: Node, _to: Node) -> float:
	return INF


## Whether nothing stands in the line of sight.
func _sees(_from: Node, _to: Node) -> bool:
	return false


## Writes all but the last float.
func _write(_buffer: PackedFloat32Array, _offset: int, _from: Node, _to: Node) -> void:
	pass
