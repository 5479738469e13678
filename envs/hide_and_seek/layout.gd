extends RefCounted
## The walls, doors and rooms of one arena, as rectangles on the floor (x, z) [m].
##
## A layout is drawn as partitions between rooms: straight walls with doors in them. Rooms and doors
## snap to the cells of [code]bots/paths.gd[/code], or a door would have half a cell beside its way.

## Half of the arena's side [m]; the origin is its centre. README.md has the reasons for all sizes.
const HALF := 5.0
## Thickness of a wall [m].
const THICKNESS := 0.25
## Height of a wall [m]: that of a ramp.
const HEIGHT := 1.0
## Width of a door [m].
const DOOR_WIDTH := 1.0
## Names of the layouts.
const NAMES: PackedStringArray = ["open", "quadrant", "random_rooms"]
## Most inner walls, doors and rooms that a layout has.
const MOST_WALLS := 6
const MOST_DOORS := 3
const MOST_ROOMS := 4

const _ROOM_SIZES := Vector2(4.5, 5.5)  # of the quadrant [m], smallest and largest
const _SMALLEST_ROOM := 3.0  # side of a random room [m]
const _DOOR_MARGIN := 0.5  # least distance of a door from a corner [m]
const _CELL := 0.25  # m
const _TRIES := 20


## A gap in an inner wall.
class Door:
	extends RefCounted
	## Its middle [m].
	var centre: Vector2
	## Unit vector across the wall; in the quadrant, into the room.
	var normal: Vector2

	func _init(at: Vector2, across: Vector2) -> void:
		centre = at
		normal = across


## Inner walls, without the four around the arena.
var walls: Array[Rect2] = []
## All doors.
var doors: Array[Door] = []
## Whether the first room is one in a corner, with doors: the quadrant.
var has_inner_room: bool = false
## The rooms that are closed but for their doors.
var closed_rooms: Array[Rect2] = []
## Parts of the floor between walls. The first room of the quadrant is the one behind doors; the
## rest of its floor, in the shape of an L, is the second and the third.
var rooms: Array[Rect2] = []


## Draws a layout by its name.
static func draw(
	layout_name: String, rng: RandomNumberGenerator, door_dropout: float
) -> RefCounted:
	var layout := new()
	var inside := Rect2(-HALF, -HALF, 2.0 * HALF, 2.0 * HALF)
	match layout_name:
		"open":
			layout.rooms = [inside] as Array[Rect2]
		"quadrant":
			layout._draw_quadrant(rng, door_dropout)
		"random_rooms":
			layout._split(inside, rng, 2)
			layout.closed_rooms = layout.rooms
	return layout


## The four walls around the arena.
static func outer_walls() -> Array[Rect2]:
	return frame(Rect2(-HALF, -HALF, 2.0 * HALF, 2.0 * HALF), THICKNESS)


## Four rectangles of [param thickness] m around [param area].
static func frame(area: Rect2, thickness: float) -> Array[Rect2]:
	var around := area.grow(thickness)
	return [
		Rect2(around.position.x, around.position.y, around.size.x, thickness),
		Rect2(around.position.x, area.end.y, around.size.x, thickness),
		Rect2(around.position.x, area.position.y, thickness, area.size.y),
		Rect2(area.end.x, area.position.y, thickness, area.size.y),
	]


## The corners of [param rect], in order [m].
static func corners_of(rect: Rect2) -> PackedVector2Array:
	var across := Vector2(rect.size.x, 0.0)
	return [rect.position, rect.position + across, rect.end, rect.end - across]


## Whether [param point] is on the arena's own floor, not beyond its outer walls.
static func is_inside(point: Vector2) -> bool:
	return absf(point.x) <= HALF and absf(point.y) <= HALF


## Distance of [param point] from the nearest wall, the outer ones included [m].
func clearance(point: Vector2) -> float:
	var nearest := HALF - maxf(absf(point.x), absf(point.y))
	for wall in walls:
		nearest = minf(nearest, point.distance_to(point.clamp(wall.position, wall.end)))
	return nearest


## A room in one corner of the arena, any of the four, with a door in each of its two walls; by
## chance only in one.
func _draw_quadrant(rng: RandomNumberGenerator, door_dropout: float) -> void:
	var side := _snapped(rng.randf_range(_ROOM_SIZES.x, _ROOM_SIZES.y))
	var gone := rng.randi_range(0, 1) if rng.randf() < door_dropout else -1
	var quarter := rng.randi_range(0, 3)
	var from := HALF - side  # the room's corner, in the arena's corner (+x, +z) before it is turned
	for i in 2:
		# A wall along z at x = from, then one along x at z = from, which also closes the corner.
		var at := _draw_door(rng, from, HALF) if i != gone else INF
		var start := from if i == 0 else from - THICKNESS
		_add_partition(i == 0, from - 0.5 * THICKNESS, start, HALF, at)
	rooms = [
		Rect2(from, from, side, side),
		Rect2(-HALF, -HALF, 2.0 * HALF, from - THICKNESS + HALF),
		Rect2(-HALF, from, from - THICKNESS + HALF, side),
	]
	has_inner_room = true
	_turn(quarter)
	closed_rooms = [rooms[0]]


## Splits [param room] in two by a wall with a door, and both halves again; a half that no wall fits
## into stays whole.
func _split(room: Rect2, rng: RandomNumberGenerator, times: int) -> void:
	var along_z := room.size.x > room.size.y
	if is_equal_approx(room.size.x, room.size.y):
		along_z = rng.randi_range(0, 1) == 0
	var axis := 0 if along_z else 1
	var lowest := room.position[axis] + _SMALLEST_ROOM
	var highest := room.end[axis] - _SMALLEST_ROOM
	var middle := INF
	for i in _TRIES if times > 0 and lowest <= highest else 0:
		var drawn := _snapped(rng.randf_range(lowest, highest))
		if _meets_no_door(room, axis, drawn):
			middle = drawn
			break
	if middle == INF:
		rooms.append(room)
		return
	var from := room.position[1 - axis]
	var to := room.end[1 - axis]
	_add_partition(along_z, middle, from, to, _draw_door(rng, from, to))
	var first := room
	first.size[axis] = middle - 0.5 * THICKNESS - room.position[axis]
	var second := room
	second.position[axis] = middle + 0.5 * THICKNESS
	second.size[axis] = room.end[axis] - second.position[axis]
	_split(first, rng, times - 1)
	_split(second, rng, times - 1)


## Whether a wall at [param at] along [param axis] leaves the doors of [param room] free.
func _meets_no_door(room: Rect2, axis: int, at: float) -> bool:
	for door in doors:
		var reached := room.grow(THICKNESS).has_point(door.centre)
		if reached and absf(door.centre[axis] - at) < 0.5 * (DOOR_WIDTH + THICKNESS) + _DOOR_MARGIN:
			return false
	return true


## Adds a wall along z (at x = [param at]) or along x (at z = [param at]) from one coordinate to
## another, with a door around [param door]; [constant @GDScript.INF]: none.
func _add_partition(along_z: bool, at: float, from: float, to: float, door: float) -> void:
	if door == INF:
		_add_wall(along_z, at, from, to)
		return
	_add_wall(along_z, at, from, door - 0.5 * DOOR_WIDTH)
	_add_wall(along_z, at, door + 0.5 * DOOR_WIDTH, to)
	var centre := Vector2(at, door) if along_z else Vector2(door, at)
	doors.append(Door.new(centre, Vector2.RIGHT if along_z else Vector2.DOWN))


func _add_wall(along_z: bool, at: float, from: float, to: float) -> void:
	var near := at - 0.5 * THICKNESS
	if along_z:
		walls.append(Rect2(near, from, THICKNESS, to - from))
	else:
		walls.append(Rect2(from, near, to - from, THICKNESS))


func _draw_door(rng: RandomNumberGenerator, from: float, to: float) -> float:
	var margin := 0.5 * DOOR_WIDTH + _DOOR_MARGIN
	return _snapped(rng.randf_range(from + margin, to - margin))


## Turns everything by quarters around the centre.
func _turn(quarters: int) -> void:
	for i in quarters:
		for j in walls.size():
			walls[j] = _turned(walls[j])
		for j in rooms.size():
			rooms[j] = _turned(rooms[j])
		for door in doors:
			door.centre = Vector2(-door.centre.y, door.centre.x)
			door.normal = Vector2(-door.normal.y, door.normal.x)


func _turned(rect: Rect2) -> Rect2:
	return Rect2(-rect.end.y, rect.position.x, rect.size.y, rect.size.x)


func _snapped(value: float) -> float:
	return snappedf(value, _CELL)
