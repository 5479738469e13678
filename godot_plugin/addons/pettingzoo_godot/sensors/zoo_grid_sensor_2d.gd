@tool
@icon("../icons/zoo_grid_sensor_2d.svg")
class_name ZooGridSensor2D
extends "grid_sensor.gd"
## Which cells of a grid around the body hold something.
##
## Channel by channel ([member groups]), in each row by row from the front to the back, in a row
## from left to right: 1.0 where a node of the group has its origin in the cell, else 0.0. What is
## larger than a cell fills one, too. Alone below its [member key], this sensor has the shape
## (channels, rows, columns); with [member stack], (readings * channels, rows, columns).

const View2D := preload("debug_view_2d.gd")

## Length and width of a cell.
@export_range(1.0, 1000.0, 0.1, "or_greater", "suffix:px") var cell_size: float = 50.0

var _nodes: Array[Node2D] = []
var _channels: PackedInt32Array = []  # of each node
var _cells: PackedFloat32Array = []  # what was read last, for debug_draw
var _at: Node2D  # the body


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not _looked_up and not _find_nodes():
		return
	for i in _size():
		buffer[offset + i] = 0.0
	var into_cells := _frame().affine_inverse()
	for i in _nodes.size():
		# A node may be freed in mid-episode; a freed one cannot even be assigned.
		if not is_instance_valid(_nodes[i]):
			continue
		var node := _nodes[i]
		if not node.is_inside_tree() or node.is_queued_for_deletion():
			continue
		var cells := into_cells * node.global_position
		_mark(buffer, offset, _channels[i], cells.y, cells.x)
	if _view != null:
		_cells = buffer.slice(offset, offset + _size())


## The body's place, and axes as long as a cell.
func _frame() -> Transform2D:
	var turn := _at.global_rotation if turns_with_body else 0.0
	return Transform2D(turn, Vector2.ONE * cell_size, 0.0, _at.global_position)


func _find_nodes() -> bool:
	_at = body_2d()
	if _at == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return false
	_looked_up = true
	_nodes.clear()
	_channels.clear()
	for channel in groups.size():
		for node in Targets.members(self, groups[channel]):
			if node is Node2D:
				_nodes.append(node as Node2D)
				_channels.append(channel)
	return true


func _body() -> Node:
	return body_2d()


func _body_class() -> String:
	return "Node2D"


func _make_view() -> Node:
	return View2D.new(_paint)


func _paint(view: View2D) -> void:
	_at = body_2d()
	if _at == null or not _at.is_inside_tree():
		return
	_read_for_view()
	var frame := _frame()
	for i in _cells.size():
		if _cells[i] > 0.0:
			@warning_ignore("integer_division")
			var row := i / columns % rows
			var column := i % columns
			var corners: PackedVector2Array = []
			for corner: Vector2i in [
				Vector2i(0, 0), Vector2i(1, 0), Vector2i(1, 1), Vector2i(0, 1)
			]:
				corners.append(_corner(frame, column + corner.x, row + corner.y))
			view.face(corners, Color(View.SEEN, 0.45))
	for row in rows + 1:
		view.line(_corner(frame, 0, row), _corner(frame, columns, row), View.AREA)
	for column in columns + 1:
		view.line(_corner(frame, column, 0), _corner(frame, column, rows), View.AREA)


## The corner of the cells, counted from the left and from the front.
func _corner(frame: Transform2D, column: int, row: int) -> Vector2:
	return frame * Vector2(rows * 0.5 - row, column - columns * 0.5)
