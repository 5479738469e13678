extends "drawn_sensor.gd"
## What the entity sensors of 2D and 3D share: which slot is whose, and how wide a slot is.
##
## Each writes its slots in a loop of its own, because it knows the class of its nodes.

## Who gets a slot.
enum Order {
	NEAREST,  ## The nearest that are seen, nearest first: no slot says more than is seen.
	TREE,  ## The group's first nodes in the scene's order; each keeps its slot all episode.
}
## How the velocity of an entity is known.
enum Motion { CHARACTER, RIGID, OTHER }

const Targets := preload("targets.gd")

const _NUMBERS: PackedInt32Array = [TYPE_FLOAT, TYPE_INT, TYPE_BOOL]
const _VIEW_CORNERS := 48  # of the circle that shows max_distance

## Number of slots.
@export_range(1, 64, 1, "or_greater", "suffix:slots") var count: int = 3
## Whose members are the entities: nodes with a place, of the agent's own arena, without the
## agent's own body. They are looked up when an episode starts, and by [method look_up].
@export var group: StringName = &""
## Who gets a slot.
@export var order: Order = Order.NEAREST
## Whether a slot has the entity's velocity, too.
@export var with_velocity: bool = true
## Whether a slot has the entity's direction, too: sine and cosine of its turn against the body.
@export var with_rotation: bool = false
## More floats of a slot, without bounds. Each is the name of a property of the entity (a float, an
## int or a bool), or of a method that takes the observing [ZooAgent] and returns one; where the
## entity has neither, its first child that has one stands for it.
@export var extras: Array[StringName] = []
## The ZooVision without which nothing is seen; empty: all is seen. Relative to this sensor.
@export_node_path("Node") var vision: NodePath

var _looked_up: bool = false  # in this episode
var _slot_width: int = 0  # as _width() says it
var _motions: PackedByteArray = []  # of each entity, as Motion
var _has_others: bool = false  # entities whose velocity is measured
var _holders: Array[Node] = []  # of each extra of each entity: who has it
var _is_call: Array[bool] = []  # of each extra of each entity: whether it is a method
var _tree_order: PackedInt32Array = []
var _distances: PackedFloat32Array = []  # squared, of each entity; while they are sorted


## Looks up the entities anew: call it after some appeared in the middle of an episode.
func look_up() -> void:
	_looked_up = false


func check_settings() -> void:
	super()
	if group == &"":
		_fail("group: set one: its members are the entities.")


func _reset() -> void:
	_looked_up = false


func _size() -> int:
	return count * _width()


func _shape() -> PackedInt32Array:
	return [count, _width()]


func _low() -> PackedFloat32Array:
	return _bounds(-1.0, -INF, 0.0)


func _high() -> PackedFloat32Array:
	return _bounds(1.0, INF, 1.0)


## An empty slot stays empty; extras and the mask stay exact.
func _add_noise(buffer: PackedFloat32Array, offset: int) -> void:
	var width := _width()
	var measured := width - 1 - extras.size()
	for slot in count:
		if buffer[offset + width - 1] > 0.0:
			_disturb(buffer, offset, measured, slot * width)
		offset += width


## Floats of one slot.
func _width() -> int:
	var vectors := 2 if with_velocity else 1
	return vectors * _dimensions() + (2 if with_rotation else 0) + extras.size() + 1


func _bounds(measure: float, extra: float, mask: float) -> PackedFloat32Array:
	var bounds := PackedFloat32Array()
	for slot in count:
		for i in _width() - 1 - extras.size():
			bounds.append(measure)
		for i in extras.size():
			bounds.append(extra)
		bounds.append(mask)
	return bounds


## Notes what [param entities] are, once per episode.
func _note(entities: Array[Node]) -> void:
	_looked_up = true
	_slot_width = _width()
	_motions.clear()
	_holders.clear()
	_is_call.clear()
	for entity in entities:
		_motions.append(_motion(entity))
		for extra in extras:
			_note_extra(entity, extra)
	_has_others = with_velocity and _motions.has(Motion.OTHER)
	_tree_order = PackedInt32Array(range(mini(entities.size(), count)))
	_distances.resize(entities.size())


func _note_extra(entity: Node, extra: StringName) -> void:
	var candidates: Array[Node] = [entity]
	candidates.append_array(entity.get_children())
	for candidate in candidates:
		if extra in candidate or candidate.has_method(extra):
			_holders.append(candidate)
			_is_call.append(candidate.has_method(extra))
			return
	_holders.append(null)
	_is_call.append(false)
	_fail(
		(
			"extra %s: %s has no such property or method, nor has a child of it."
			% [extra, entity.get_path()]
		)
	)


## Writes the extras of entity [param index].
func _write_extras(buffer: PackedFloat32Array, offset: int, index: int) -> void:
	var first := index * extras.size()
	for i in extras.size():
		var extra := extras[i]
		var value: Variant = 0.0
		if is_instance_valid(_holders[first + i]):
			var holder := _holders[first + i]
			value = holder.call(extra, agent) if _is_call[first + i] else holder.get(extra)
		if typeof(value) in _NUMBERS:
			buffer[offset + i] = float(value)
		else:
			_fail("extra %s: expected a float, an int or a bool; got %s." % [extra, value])


## Indices of the entities by [member _distances], the nearest first; equal ones in tree order.
func _nearest_first() -> PackedInt32Array:
	var sorted := PackedInt32Array()
	for i in _distances.size():
		var place := i
		var distance := _distances[i]
		while place > 0 and _distances[sorted[place - 1]] > distance:
			place -= 1
		sorted.insert(place, i)
	return sorted


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _body() == null:
		warnings.append(
			"Entities are seen from a body: place the ZooAgent below a %s." % _body_class()
		)
	if group == &"":
		warnings.append("Set a group: its members are the entities.")
	if not vision.is_empty() and not _is_vision(get_node_or_null(vision)):
		warnings.append("The vision path leads to no %s." % _vision_class())
	return warnings


## What it looks from; null if there is none.
func _body() -> Node:
	return null


func _body_class() -> String:
	return ""


func _vision_class() -> String:
	return ""


func _is_vision(_node: Node) -> bool:
	return false


func _dimensions() -> int:
	return 0


func _motion(_entity: Node) -> Motion:
	return Motion.OTHER
