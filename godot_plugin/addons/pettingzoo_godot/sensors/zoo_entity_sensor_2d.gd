@tool
@icon("../icons/zoo_entity_sensor_2d.svg")
class_name ZooEntitySensor2D
extends "entity_sensor.gd"
## The entities of a group, a slot for each, all seen from the body.
##
## A slot is: position x (forward), y (right) over [member max_distance]; with
## [member with_velocity] its velocity along the same axes over [member max_speed]; with
## [member with_rotation] the sine and cosine of its turn against the body (positive:
## clockwise); [member extras]; and last the mask, 1.0. A slot without an entity, or
## whose entity is unseen, is all zeros. Positions and velocities are clipped to [-1, 1].
##
## A [CharacterBody2D] or [RigidBody2D] knows its velocity; that of any other node is how far it
## came since the last reading. Alone below its [member key], this sensor has the shape (slots,
## floats of a slot); with [member stack], (readings * slots, floats of a slot).

const View2D := preload("debug_view_2d.gd")

## Distance along an axis that is observed as 1.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var max_distance: float = 500.0
## Speed along an axis that is observed as 1.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px/s") var max_speed: float = 500.0

var _nodes: Array[Node2D] = []
var _places: PackedVector2Array = []  # of each entity, as it is observed but for the clipping
var _before: PackedVector2Array = []  # global, of each entity at the last reading, if _has_others
var _eyes: ZooVision2D
var _at: Node2D  # the body
var _shown: PackedVector2Array = []  # who is seen, for debug_draw


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not _looked_up and not _find_entities():
		return
	var turn := _at.global_rotation
	_measure(_at.global_position, turn)
	var width := _slot_width
	var end := offset + count * width
	if _view != null:
		_shown.clear()
	for i in _tree_order if order == Order.TREE else _nearest_first():
		if offset == end:
			break
		if _distances[i] < INF and (_eyes == null or _eyes.sees(_nodes[i])):
			_write_slot(buffer, offset, i, turn)
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
func _measure(from: Vector2, turn: float) -> void:
	for i in _nodes.size():
		_distances[i] = INF
		# An entity may be freed in mid-episode; a freed one cannot even be assigned.
		if is_instance_valid(_nodes[i]):
			var node := _nodes[i]
			if node.is_inside_tree() and not node.is_queued_for_deletion():
				var place := (node.global_position - from).rotated(-turn) / max_distance
				_places[i] = place
				_distances[i] = place.length_squared()


func _write_slot(buffer: PackedFloat32Array, at: int, i: int, turn: float) -> void:
	var node := _nodes[i]
	var place := _places[i].clampf(-1.0, 1.0)
	buffer[at] = place.x
	buffer[at + 1] = place.y
	at += 2
	if with_velocity:
		var velocity := Vector2.ZERO
		if _motions[i] == Motion.RIGID:
			velocity = (node as RigidBody2D).linear_velocity
		elif _motions[i] == Motion.CHARACTER:
			velocity = (node as CharacterBody2D).velocity
		else:
			velocity = (node.global_position - _before[i]) / step_seconds()
		velocity = (velocity.rotated(-turn) / max_speed).clampf(-1.0, 1.0)
		buffer[at] = velocity.x
		buffer[at + 1] = velocity.y
		at += 2
	if with_rotation:
		var angle := node.global_rotation - turn
		buffer[at] = sin(angle)
		buffer[at + 1] = cos(angle)
		at += 2
	if not extras.is_empty():
		_write_extras(buffer, at, i)
		at += extras.size()
	buffer[at] = 1.0
	if _view != null:
		_shown.append(node.global_position)


func _find_entities() -> bool:
	_at = body_2d()
	if _at == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return false
	_eyes = null
	if not vision.is_empty():
		_eyes = get_node_or_null(vision) as ZooVision2D
		if _eyes == null:
			_fail("vision: expected the path of a ZooVision2D, got %s." % vision)
			return false
	_nodes.clear()
	var entities: Array[Node] = []
	for node in Targets.members(self, group):
		if node is Node2D:
			_nodes.append(node as Node2D)
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
	return body_2d()


func _body_class() -> String:
	return "Node2D"


func _vision_class() -> String:
	return "ZooVision2D"


func _is_vision(node: Node) -> bool:
	return node is ZooVision2D


func _dimensions() -> int:
	return 2


func _motion(entity: Node) -> Motion:
	if entity is CharacterBody2D:
		return Motion.CHARACTER
	return Motion.RIGID if entity is RigidBody2D else Motion.OTHER


func _make_view() -> Node:
	return View2D.new(_paint)


func _paint(view: View2D) -> void:
	var body := body_2d()
	if body == null or not body.is_inside_tree():
		return
	_read_for_view()
	var from := body.global_position
	for place in _shown:
		view.line(from, place, View.SEEN)
	if Engine.is_editor_hint():
		for i in _VIEW_CORNERS:
			var corner := Vector2.from_angle(TAU * i / _VIEW_CORNERS) * max_distance
			var next := Vector2.from_angle(TAU * (i + 1) / _VIEW_CORNERS) * max_distance
			view.line(from + corner, from + next, View.AREA)
