extends RefCounted
## Ways around walls and things: a grid of cells on the floor, searched by A*.

const Layout := preload("../layout.gd")
const Player := preload("../player.gd")

## Side of a cell [m].
const CELL := 0.25

const _GIRTH := Player.RADIUS - 0.01  # least distance of a cell's middle from a wall [m]
const _NEAR := 5  # cells along the side of the square in which a free cell is looked for
const _CELLS := int(2.0 * Layout.HALF / CELL)


## A box, a ramp or a player at the place where it was when it was last looked at.
class Obstacle:
	extends RefCounted
	## Its middle [m].
	var centre: Vector2
	var _axis: Vector2  # unit vector along its own x
	var _half: Vector2

	func _init(body: Node3D, footprint: Vector2) -> void:
		centre = Vector2(body.position.x, body.position.z)
		_axis = Vector2(body.basis.x.x, body.basis.x.z)
		_half = 0.5 * footprint

	## Radius of the circle around it [m].
	func reach() -> float:
		return _half.length()

	## Distance of [param point] from its edge [m]; 0 inside.
	func distance_to(point: Vector2) -> float:
		var away := point - centre
		var own := Vector2(away.dot(_axis), away.cross(_axis)).abs()
		return (own - _half).maxf(0.0).length()


var _grid: AStarGrid2D = AStarGrid2D.new()
var _marked: Array[Vector2i] = []  # cells that things are in the way of


func _init(layout: Layout) -> void:
	_grid.region = Rect2i(0, 0, _CELLS, _CELLS)
	_grid.cell_size = Vector2(CELL, CELL)
	_grid.offset = Vector2(0.5 * CELL - Layout.HALF, 0.5 * CELL - Layout.HALF)
	_grid.diagonal_mode = AStarGrid2D.DIAGONAL_MODE_ONLY_IF_NO_OBSTACLES
	_grid.update()
	for wall in layout.walls + Layout.outer_walls():
		_grid.fill_solid_region(_cells_within(wall.grow(_GIRTH)))


## The way from one place to another around the walls and [param obstacles], as its corners. The
## last one is the goal, or the nearest place to it that can be reached.
func find(from: Vector2, to: Vector2, obstacles: Array[Obstacle]) -> PackedVector2Array:
	_mark(obstacles)
	var start := _nearest_free(_cell_of(from))
	var goal := _cell_of(to)
	var cells := _grid.get_id_path(start, goal, true)
	var corners := PackedVector2Array()
	var here := from
	for i in range(1, cells.size()):
		if not _is_free(here, _middle(cells[i])) and here != _middle(cells[i - 1]):
			here = _middle(cells[i - 1])
			corners.append(here)
	if cells.is_empty():
		corners.append(from)
	else:
		corners.append(to if cells[-1] == goal else _middle(cells[-1]))
	return corners


func _mark(obstacles: Array[Obstacle]) -> void:
	for cell in _marked:
		_grid.set_point_solid(cell, false)
	_marked.clear()
	for obstacle in obstacles:
		var area := Rect2(obstacle.centre, Vector2.ZERO).grow(obstacle.reach() + _GIRTH)
		var cells := _cells_within(area)
		for i in cells.get_area():
			@warning_ignore("integer_division")
			var cell := cells.position + Vector2i(i % cells.size.x, i / cells.size.x)
			if not _grid.is_point_solid(cell) and obstacle.distance_to(_middle(cell)) < _GIRTH:
				_grid.set_point_solid(cell, true)
				_marked.append(cell)


## The free cell nearest to [param cell]: who leans on something stands in none.
func _nearest_free(cell: Vector2i) -> Vector2i:
	var best := cell
	var least := INF
	for i in _NEAR * _NEAR:
		@warning_ignore("integer_division")
		var near := cell + Vector2i(i % _NEAR, i / _NEAR) - Vector2i.ONE * (_NEAR / 2)
		var distance := Vector2(near - cell).length_squared()
		if distance < least and _grid.is_in_boundsv(near) and not _grid.is_point_solid(near):
			least = distance
			best = near
	return best


## Whether one can go straight from one place to the other.
func _is_free(from: Vector2, to: Vector2) -> bool:
	var steps := ceili(from.distance_to(to) / (0.5 * CELL))
	for i in range(1, steps):
		if _grid.is_point_solid(_cell_of(from.lerp(to, float(i) / steps))):
			return false
	return true


## The cells whose middles are inside [param area].
func _cells_within(area: Rect2) -> Rect2i:
	var from := Vector2i(((area.position - _grid.offset) / CELL).ceil())
	var to := Vector2i(((area.end - _grid.offset) / CELL).floor()) + Vector2i.ONE
	return Rect2i(from, to - from).intersection(_grid.region)


func _cell_of(place: Vector2) -> Vector2i:
	var cell := Vector2i(((place - _grid.offset) / CELL).round())
	return cell.clamp(Vector2i.ZERO, Vector2i(_CELLS - 1, _CELLS - 1))


func _middle(cell: Vector2i) -> Vector2:
	return _grid.offset + Vector2(cell) * CELL
