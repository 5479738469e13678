extends "drawn_sensor.gd"
## What the grid sensors of 2D and 3D share.
##
## A cell is found from the place of each node: a few additions. A shape query for each cell would
## make a dictionary for each hit.

const Targets := preload("targets.gd")

## Cells from left to right.
@export_range(1, 128, 1, "or_greater", "suffix:cells") var columns: int = 7
## Cells from the front to the back; the body is in the middle.
@export_range(1, 128, 1, "or_greater", "suffix:cells") var rows: int = 7
## One channel each, a grid of its own: 1.0 in each cell in which a member of this group has its
## origin. Members are nodes of the agent's own arena, without the agent's own body; they are
## looked up when an episode starts, and by [method look_up].
@export var groups: Array[StringName] = []
## Whether the grid turns with the body; otherwise, it lies as for a body that is not turned.
@export var turns_with_body: bool = true

var _looked_up: bool = false  # in this episode


## Looks up the members of the groups anew: call it after some appeared in the middle of an episode.
func look_up() -> void:
	_looked_up = false


func _reset() -> void:
	_looked_up = false


func _size() -> int:
	return groups.size() * rows * columns


func _shape() -> PackedInt32Array:
	return [groups.size(), rows, columns]


func _low() -> PackedFloat32Array:
	return _filled(0.0)


func _high() -> PackedFloat32Array:
	return _filled(1.0)


## All of it are flags, which stay exact.
func _add_noise(_buffer: PackedFloat32Array, _offset: int) -> void:
	pass


## Marks the cell of a node of [param channel] that is so many cells away.
func _mark(
	buffer: PackedFloat32Array, offset: int, channel: int, to_the_right: float, ahead: float
) -> void:
	var column := floori(to_the_right + columns * 0.5)
	var row := floori(rows * 0.5 - ahead)
	if column >= 0 and column < columns and row >= 0 and row < rows:
		buffer[offset + (channel * rows + row) * columns + column] = 1.0


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _body() == null:
		warnings.append("A grid lies around a body: place the ZooAgent below a %s." % _body_class())
	if groups.is_empty() or groups.has(&""):
		warnings.append("Set the groups: each is a channel of the grid.")
	return warnings


## What it lies around; null if there is none.
func _body() -> Node:
	return null


func _body_class() -> String:
	return ""
