extends "flee.gd"
## Locks itself up: takes a box to each door of a room, locks it there, and hides in a corner beside
## the doors, where nobody looks who looks through a gap.
##
## The hiders share the doors of one room between them. Where no room has both doors and boxes, this
## one flees.

const Jobs := preload("jobs.gd")

const _STAND := 0.12  # m, between a box and who takes hold of it
const _AIM := 0.85  # cosine within which one has to look at it
const _FUNNEL := 1.5  # m that one stays away from the door per m and rad that are still wrong
const _STRAIGHT := 0.1  # m and rad that need no correction
const _ARRIVED := 0.12  # m, of a box from its place
const _PROGRESS := 0.05  # m and rad, that count as getting on
const _SETTLED := 4  # steps without, after which a box that is in its place is locked
const _STALLED := 16  # steps without, after which one begins anew
const _LAST_CALL := 25  # steps before the end of the preparation, when it waits for nobody any more
const _PAUSE := 15  # steps for which each but the first hider then makes way
const _KEEP_LOCK := 0.9  # m, from something that its side has locked: it goes on locking

var _jobs: Array[Jobs.Job] = []
var _room: Rect2
var _is_planned: bool = false
var _heading: Vector2  # to look into when the box is in its place
var _spot: Vector2  # to stand at then [m]
var _least: float = INF  # that was missing so far [m and rad]
var _stalled: int = 0  # steps since then
var _pause: int = 0  # steps that are left of it
var _fetching: int = 0  # steps on the way to a side of the box
var _skipped: int = 0  # sides that could not be reached


func _decide() -> void:
	if not _is_planned:
		_plan()
	locks = _is_near_locked()
	while not _jobs.is_empty() and _jobs[0].is_done():
		_jobs.remove_at(0)
		_begin_anew()
	if not _jobs.is_empty():
		_work(_jobs[0])
	elif _room.has_area() and (_room.has_point(player.spot()) or agent.game.is_preparing()):
		_hide()
	else:
		super()


func _plan() -> void:
	_is_planned = true
	var plan := Jobs.new(agent.game)
	_room = plan.room
	for i in plan.jobs.size():
		if i % agent.game.hiders.size() == player.number:
			_jobs.append(plan.jobs[i])


func _begin_anew() -> void:
	grabs = false
	_least = INF
	_stalled = 0


func _work(job: Jobs.Job) -> void:
	_pause -= 1
	if _pause > 0:
		_drive(player.spot() + job.inward, 0.0)
	elif job.box.holder == player:
		_carry(job)
	else:
		_fetch(job)


## Goes to a side of the box and takes hold of it.
func _fetch(job: Jobs.Job) -> void:
	_begin_anew()
	_fetching += 1
	if _fetching > _STUCK_STEPS and _is_stuck():
		_fetching = 0
		_skipped += 1
	var face := _best_face(job)
	var stand := job.stand(face, _STAND)
	_go(stand)
	var is_near := player.spot().distance_to(stand) < 2.0 * _STAND
	_look_along(-face if is_near else _move)
	grabs = is_near and player.facing().dot(-face) > _AIM
	if grabs:
		_note_grip(job)


## The side of the box to hold it by: one can stand there, it is near, and there is little to turn.
## Where one got stuck on the way, the next best one is tried.
func _best_face(job: Jobs.Job) -> Vector2:
	var faces := Array(job.faces())
	faces.sort_custom(
		func(one: Vector2, other: Vector2) -> bool: return _score(job, one) > _score(job, other)
	)
	return faces[_skipped % faces.size()]


func _score(job: Jobs.Job, face: Vector2) -> float:
	var stand := job.stand(face, _STAND)
	var score := face.dot(job.inward) - 0.5 * player.spot().distance_to(stand)
	var is_blocked := layout.clearance(stand) < Player.RADIUS or not _is_free(stand)
	return score - (10.0 if is_blocked else 0.0)


## Where one has to stand, and to look, for the box as one holds it to be in its place.
func _note_grip(job: Jobs.Job) -> void:
	var facing := player.facing()
	var nearest := Vector2.ZERO
	for face in job.faces():
		if nearest == Vector2.ZERO or face.dot(facing) > nearest.dot(facing):
			nearest = face
	var turn := nearest.angle_to(-job.inward)
	_heading = facing.rotated(turn)
	_spot = job.target() - (job.box.spot() - player.spot()).rotated(turn)


## Turns with the box in a funnel before the door, which guides it in, and locks it there.
func _carry(job: Jobs.Job) -> void:
	var off := player.spot() - _spot
	var wrong := absf(off.dot(job.inward.orthogonal()))
	wrong += absf(player.facing().angle_to(_heading))
	var away := _FUNNEL * clampf(wrong - _STRAIGHT, 0.0, 1.0)
	var place := _spot + job.inward * (_FUNNEL if _waits() else away)
	_look_along(_heading)
	_drive(place - job.inward * _ARRIVED, _ARRIVED)
	_watch(job, wrong + job.way())


## Whether to leave the door open for others for now.
func _waits() -> bool:
	return (
		agent.game.preparation_steps_left() > _LAST_CALL
		and agent.game.hiders.any(
			func(other: PlayerAgent) -> bool: return not _room.has_point(other.player.spot())
		)
	)


## Locks the box where it is near enough to its place; begins anew when nothing gets on.
func _watch(job: Jobs.Job, missing: float) -> void:
	_stalled += 1
	if missing < _least - _PROGRESS or _waits():
		_least = missing
		_stalled = 0
	var is_stuck := _stalled > _STALLED
	var is_there := job.way() < _ARRIVED and _stalled > _SETTLED
	if is_there or (is_stuck and job.way() < 2.0 * _ARRIVED):
		locks = true
	elif is_stuck:
		_begin_anew()
		_pause = _PAUSE * player.number


func _hide() -> void:
	_go(_hiding_place())
	_look_along(_room.get_center() - player.spot())


## The free corner of the room that is farthest aside from the ways through its doors.
func _hiding_place() -> Vector2:
	var best := _room.get_center()
	for corner in _corners_of(_room):
		if _is_free(corner) and _exposure(corner) < _exposure(best):
			best = corner
	return best


func _is_free(place: Vector2) -> bool:
	return agent.game.things().all(
		func(thing: Thing) -> bool: return thing.distance_to(place) > Player.RADIUS
	)


## How directly one looks at [param place] through a door: 1 straight ahead, 0 along the wall.
func _exposure(place: Vector2) -> float:
	var most := 0.0
	for door in layout.doors:
		if _room.grow(Layout.THICKNESS).has_point(door.centre):
			most = maxf(most, absf(door.centre.direction_to(place).dot(door.normal)))
	return most


## Whether to let go of the lock would undo one: something that is locked is near and in front.
func _is_near_locked() -> bool:
	for thing in agent.game.things():
		var away := thing.nearest_to(player.spot()) - player.spot()
		var is_own := thing.lockable.locked_by == Player.HIDERS
		if is_own and away.length() < _KEEP_LOCK and away.dot(player.facing()) > 0.0:
			return true
	return false
