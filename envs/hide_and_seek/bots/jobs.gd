extends RefCounted
## Which box the hiders put into which door: those of the room that can be closed best.

const Game := preload("../hide_and_seek.gd")
const Layout := preload("../layout.gd")
const Player := preload("../player.gd")
const Thing := preload("../thing.gd")

const _GAP := 0.04  # between the box and the wall [m]


## One box for one door.
class Job:
	extends RefCounted
	## What goes where.
	var box: Thing
	var door: Layout.Door
	## Unit vector from the door into the room.
	var inward: Vector2

	func _init(of_box: Thing, of_door: Layout.Door, into: Vector2) -> void:
		box = of_box
		door = of_door
		inward = into

	## Whether the box is locked.
	func is_done() -> bool:
		return box.lockable.locked_by != &""

	## How far the box is from its place [m].
	func way() -> float:
		return box.spot().distance_to(target())

	## Whether another job is about the same box or door.
	func is_against(other: Job) -> bool:
		return box == other.box or door == other.door

	## Extent of the box across the door, which it covers with its longer side [m].
	func depth() -> float:
		return minf(box.footprint.x, box.footprint.y)

	## Where the middle of the box has to be [m].
	func target() -> Vector2:
		return door.centre + inward * (0.5 * (Layout.THICKNESS + depth()) + _GAP)

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


func _init(game: Game) -> void:
	_game = game
	var best := -INF
	for candidate in game.layout.closed_rooms:
		var found := _jobs_in(candidate)
		if found.is_empty():
			continue
		# Every door that stays open is worse than any way.
		var score := -100.0 * (_doors_of(candidate).size() - found.size())
		for player in game.players:
			score -= candidate.get_center().distance_to(player.spot()) if player.is_hider else 0.0
		if score > best:
			best = score
			room = candidate
			jobs = found


## Doors of [param candidate] and boxes in it, the shortest ways first.
func _jobs_in(candidate: Rect2) -> Array[Job]:
	var possible: Array[Job] = []
	for door in _doors_of(candidate):
		var is_inside := candidate.has_point(door.centre + door.normal * Layout.THICKNESS)
		for box in _game.boxes:
			if candidate.has_point(box.spot()):
				possible.append(Job.new(box, door, door.normal if is_inside else -door.normal))
	possible.sort_custom(func(one: Job, other: Job) -> bool: return one.way() < other.way())
	var found: Array[Job] = []
	for job in possible:
		if not found.any(func(other: Job) -> bool: return other.is_against(job)):
			found.append(job)
	return found


func _doors_of(candidate: Rect2) -> Array[Layout.Door]:
	var around := candidate.grow(Layout.THICKNESS)
	return _game.layout.doors.filter(
		func(door: Layout.Door) -> bool: return around.has_point(door.centre)
	)
