extends RefCounted
## Which box the hiders put into which door, and who does: for the room that can be closed best.

const Game := preload("../hide_and_seek.gd")
const Layout := preload("../layout.gd")
const Paths := preload("paths.gd")
const Player := preload("../player.gd")
const Thing := preload("../thing.gd")

const _GAP := 0.02  # between the box and the wall, where it is to go [m]
const _SLIT := 0.04  # between them, in a door that is closed [m]
const _OVERLAP := 0.02  # of the box and the wall on each side of such a door [m]
const _SHADOW := 2.5  # m more of it per m of slit: nobody looks in who stands in the door
const _LEAST_OVERLAP := 0.12  # the same, where the box is to go [m]
const _SHIFTS: PackedFloat32Array = [0.0, 0.2, -0.2, 0.38, -0.38]  # off a door's middle [m]
const _OPEN := 100.0  # m of way that are better than a door that stays open


## One box for one door.
class Job:
	extends RefCounted
	## What goes where.
	var box: Thing
	var door: Layout.Door
	## Unit vector from the door into the room.
	var inward: Vector2
	## How far beside the door's middle the middle of the box is to be [m].
	var shift: float = 0.0
	## Number of the hider who does it.
	var worker: int = 0

	func _init(of_box: Thing, of_door: Layout.Door, into: Vector2, beside: float) -> void:
		box = of_box
		door = of_door
		inward = into
		shift = beside

	## Whether the door is closed for good.
	func is_done() -> bool:
		return box.lockable.locked_by == Player.HIDERS and is_closed()

	## Whether the box leaves no slit to look through.
	func is_closed() -> bool:
		var away := box.spot() - door.centre
		var aside := absf(away.dot(tangent()))
		if away.dot(inward) < 0.0 or aside > length():
			return false
		# The side that looks at the wall, from end to end.
		var face := faces()[0]
		for other in faces():
			face = other if other.dot(inward) > face.dot(inward) else face
		var along := 0.5 * length() * face.orthogonal()
		var middle := away - 0.5 * depth() * face
		var slit := maxf((middle + along).dot(inward), (middle - along).dot(inward))
		slit = maxf(0.0, slit - 0.5 * Layout.THICKNESS)
		var overlap := 0.5 * (length() * face.dot(inward) - Layout.DOOR_WIDTH) - aside
		return slit < _SLIT and overlap > _OVERLAP + _SHADOW * slit

	## How far the box is from its place [m].
	func way() -> float:
		return box.spot().distance_to(target())

	## What it takes to bring it there: the way, and m for each rad that it has to be turned.
	func effort() -> float:
		var turn := TAU
		for face in faces():
			turn = minf(turn, absf(face.angle_to(inward)))
		return way() + turn

	## Unit vector along the wall.
	func tangent() -> Vector2:
		return inward.orthogonal()

	## Extent of the box along the wall, which is its longer side, and across [m].
	func length() -> float:
		return maxf(box.footprint.x, box.footprint.y)

	func depth() -> float:
		return minf(box.footprint.x, box.footprint.y)

	## Where the middle of the box has to be [m].
	func target() -> Vector2:
		return (
			door.centre + inward * (0.5 * (Layout.THICKNESS + depth()) + _GAP) + tangent() * shift
		)

	## What the box covers there.
	func area() -> Rect2:
		var half := 0.5 * (inward.abs() * depth() + tangent().abs() * length())
		return Rect2(target() - half, 2.0 * half)

	## Where a player stands that holds the box by [param face], [param gap] m from it [m].
	func stand(face: Vector2, gap: float) -> Vector2:
		return box.spot() + face * (0.5 * depth() + Player.RADIUS + gap)

	## Unit vectors out of the sides by which it can be held.
	func faces() -> PackedVector2Array:
		var x := Vector2(box.basis.x.x, box.basis.x.z)
		var z := Vector2(box.basis.z.x, box.basis.z.z)
		if box.footprint.x == box.footprint.y:
			return [x, z, -x, -z]
		var across := z if box.footprint.y < box.footprint.x else x
		return [across, -across]


## The room; without any area if there is none.
var room: Rect2
## What is to be done.
var jobs: Array[Job] = []
var _game: Game
var _least: float = INF  # m of way, of the best jobs so far


func _init(game: Game) -> void:
	_game = game
	for candidate in game.layout.closed_rooms:
		var way := 0.0
		for hider in game.hiders:
			way += candidate.get_center().distance_to(hider.player.spot())
		_search(candidate, _doors_of(candidate), [], way)
	_share()


## Tries all boxes in [param candidate] for the first of [param doors], and so on. [param chosen]
## are the jobs for the doors before, [param way] is what they take.
func _search(candidate: Rect2, doors: Array[Layout.Door], chosen: Array[Job], way: float) -> void:
	if way >= _least:
		return
	if doors.is_empty():
		if not chosen.is_empty():
			_least = way
			room = candidate
			jobs = chosen
		return
	var door := doors[0]
	var others := doors.slice(1)
	var is_inside := candidate.has_point(door.centre + door.normal * Layout.THICKNESS)
	var inward := door.normal if is_inside else -door.normal
	for box in _game.boxes:
		if not candidate.has_point(box.spot()) or chosen.any(_is_of.bind(box)):
			continue
		for shift in _SHIFTS:
			var job := Job.new(box, door, inward, shift)
			if _fits(job, candidate, chosen):
				_search(candidate, others, chosen + ([job] as Array[Job]), way + job.effort())
	_search(candidate, others, chosen, way + _OPEN)


func _is_of(job: Job, box: Thing) -> bool:
	return job.box == box


## Whether the box covers the door from there, free of walls and of other boxes' places.
func _fits(job: Job, candidate: Rect2, chosen: Array[Job]) -> bool:
	var area := job.area()
	return (
		absf(job.shift) <= 0.5 * (job.length() - Layout.DOOR_WIDTH) - _LEAST_OVERLAP
		and candidate.encloses(area)
		and not chosen.any(func(other: Job) -> bool: return other.area().intersects(area))
	)


## Each job is done by the hider who is next to the box and has the fewest others to do.
func _share() -> void:
	var ways := PackedFloat32Array()
	ways.resize(_game.hiders.size())
	var paths := Paths.new(_game.layout)
	for job in jobs:
		var least := INF
		for i in ways.size():
			var way := ways[i] + _way(paths, _game.hiders[i].player.spot(), job.box.spot())
			if way < least:
				least = way
				job.worker = i
		ways[job.worker] += _OPEN


## Length of the way around the walls [m].
func _way(paths: Paths, from: Vector2, to: Vector2) -> float:
	var length := 0.0
	for corner in paths.find(from, to, []):
		length += from.distance_to(corner)
		from = corner
	return length


func _doors_of(candidate: Rect2) -> Array[Layout.Door]:
	var around := candidate.grow(Layout.THICKNESS)
	return _game.layout.doors.filter(
		func(door: Layout.Door) -> bool: return around.has_point(door.centre)
	)
