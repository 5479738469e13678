@tool
@icon("../icons/zoo_entity_sensor_3d.svg")
class_name ZooEntitySensor3D
extends "entity_sensor.gd"
## The entities of a group, a slot for each, all seen from the body.
##
## A slot is: position x (right), y (up), z (-z: forward) over [member max_distance]; with
## [member with_velocity] its velocity along the same axes over [member max_speed]; with
## [member with_rotation] the sine and cosine of its turn against the body around the body's up
## (positive: to the left); [member extras]; and last the mask, 1.0. A slot without an entity, or
## whose entity is unseen, is all zeros. Positions and velocities are clipped to [-1, 1].
##
## A [CharacterBody3D] or [RigidBody3D] knows its velocity; that of any other node is how far it
## came since the last reading. Alone below its [member key], this sensor has the shape (slots,
## floats of a slot); with [member stack], (readings * slots, floats of a slot).

const View3D := preload("debug_view_3d.gd")

## Distance along an axis that is observed as 1.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m") var max_distance: float = 10.0
## Speed along an axis that is observed as 1.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m/s") var max_speed: float = 10.0

var _nodes: Array[Node3D] = []
var _places: PackedVector3Array = []  # of each entity, as it is observed but for the clipping
var _before: PackedVector3Array = []  # global, of each entity at the last reading, if _has_others
var _eyes: ZooVision3D
var _at: Node3D  # the body
var _shown: PackedVector3Array = []  # who is seen, for debug_draw


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not _looked_up and not _find_entities():
		return
	# A vector times an orthonormal basis is rotated by its inverse.
	var axes := _at.global_basis.orthonormalized()
	_measure(_at.global_position, axes * (1.0 / max_distance))
	var width := _slot_width
	var end := offset + count * width
	if _view != null:
		_shown.clear()
	for i in _tree_order if order == Order.TREE else _nearest_first():
		if offset == end:
			break
		if _distances[i] < INF and (_eyes == null or _eyes.sees(_nodes[i])):
			_write_slot(buffer, offset, i, axes)
			offset += width
		elif order == Order.TREE:
			for j in width:
				buffer[offset + j] = 0.0
			offset += width
	while offset < end:
		buffer[offset] = 0.0
		offset += 1
	if _has_others:
		_remember()


## Notes where the entities are, and how far away; one that is gone is infinitely far.
func _measure(from: Vector3, axes: Basis) -> void:
	for i in _nodes.size():
		_distances[i] = INF
		# An entity may be freed in mid-episode; a freed one cannot even be assigned.
		if is_instance_valid(_nodes[i]):
			var node := _nodes[i]
			if node.is_inside_tree() and not node.is_queued_for_deletion():
				var place := (node.global_position - from) * axes
				_places[i] = place
				_distances[i] = place.length_squared()


func _write_slot(buffer: PackedFloat32Array, at: int, i: int, axes: Basis) -> void:
	var node := _nodes[i]
	var place := _places[i].clampf(-1.0, 1.0)
	buffer[at] = place.x
	buffer[at + 1] = place.y
	buffer[at + 2] = place.z
	at += 3
	if with_velocity:
		var velocity := Vector3.ZERO
		if _motions[i] == Motion.RIGID:
			velocity = (node as RigidBody3D).linear_velocity
		elif _motions[i] == Motion.CHARACTER:
			velocity = (node as CharacterBody3D).velocity
		else:
			velocity = (node.global_position - _before[i]) / step_seconds()
		velocity = (velocity * axes / max_speed).clampf(-1.0, 1.0)
		buffer[at] = velocity.x
		buffer[at + 1] = velocity.y
		buffer[at + 2] = velocity.z
		at += 3
	if with_rotation:
		var back := node.global_basis.z * axes
		var turn := Vector2(back.x, back.z).normalized()
		buffer[at] = turn.x
		buffer[at + 1] = turn.y
		at += 2
	if not extras.is_empty():
		_write_extras(buffer, at, i)
		at += extras.size()
	buffer[at] = 1.0
	if _view != null:
		_shown.append(node.global_position)


func _find_entities() -> bool:
	_at = body_3d()
	if _at == null:
		_fail("no body to look from: place the ZooAgent below a Node3D.")
		return false
	_eyes = null
	if not vision.is_empty():
		_eyes = get_node_or_null(vision) as ZooVision3D
		if _eyes == null:
			_fail("vision: expected the path of a ZooVision3D, got %s." % vision)
			return false
	_nodes.clear()
	var entities: Array[Node] = []
	for node in Targets.members(self, group):
		if node is Node3D:
			_nodes.append(node as Node3D)
			entities.append(node)
	_note(entities)
	_places.resize(_nodes.size())
	_before.resize(_nodes.size())
	if _has_others:
		_remember()
	return true


func _remember() -> void:
	for i in _nodes.size():
		if is_instance_valid(_nodes[i]) and _nodes[i].is_inside_tree():
			_before[i] = _nodes[i].global_position


func _body() -> Node:
	return body_3d()


func _body_class() -> String:
	return "Node3D"


func _vision_class() -> String:
	return "ZooVision3D"


func _is_vision(node: Node) -> bool:
	return node is ZooVision3D


func _dimensions() -> int:
	return 3


func _motion(entity: Node) -> Motion:
	if entity is CharacterBody3D:
		return Motion.CHARACTER
	return Motion.RIGID if entity is RigidBody3D else Motion.OTHER


func _make_view() -> Node:
	return View3D.new(_paint)


func _paint(view: View3D) -> void:
	var body := body_3d()
	if body == null or not body.is_inside_tree():
		return
	_read_for_view()
	var from := body.global_position
	for place in _shown:
		view.line(from, place, View.SEEN)
	if Engine.is_editor_hint():
		var axes := body.global_basis.orthonormalized()
		for i in _VIEW_CORNERS:
			var corner := Vector3.FORWARD.rotated(Vector3.UP, TAU * i / _VIEW_CORNERS)
			var next := Vector3.FORWARD.rotated(Vector3.UP, TAU * (i + 1) / _VIEW_CORNERS)
			view.line(
				from + axes * corner * max_distance, from + axes * next * max_distance, View.AREA
			)
