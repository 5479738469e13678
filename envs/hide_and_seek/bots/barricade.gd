extends "flee.gd"
## Locks itself up: takes a box to each door of a room, pushes it against the wall until no slit is
## left, locks it there, and hides in a corner beside the doors.
##
## The hiders share the doors of one room between them. Where no room has both doors and boxes, this
## one flees.

const Jobs := preload("jobs.gd")

const _STAND := 0.12  # m, between a box and who takes hold of it
const _GRIP := 0.3  # m from there, within which one does
const _AIM := 0.85  # cosine within which one has to look at it
const _INSIDE := 0.7  # cosine: so far who holds a box in its place is on the room's side of it
const _NEAR := 0.9  # m from a box: farther than locks reach
const _PUSHED_ASIDE := 0.06  # m and rad, more than which a box is no longer pushed
const _STEADY := 1.0  # m/s and rad/s, less than which it may be
const _FUNNEL := 1.5  # m that one stays away from the door per m and rad that are still wrong
const _ASIDE := 0.05  # m that need no correction
const _STRAIGHT := 0.06  # rad that need none: the wall corrects them
const _CROOKED := 0.3  # rad, more than which a box is turned away from all walls
const _SPARE := 0.1  # m, that it needs for that beyond its size
const _WAY_IN := 1.5  # m between a box and its place, while others still come in
const _PUSH := 0.2  # m beyond its place that a box is pushed to
const _LEAP := 0.5  # m that a box is carried ahead while it has yet to be turned
const _BEND := 0.6  # rad that it is turned ahead
const _TWIST := 4.0  # turns by so much more than is missing: a box resists
const _SLOW_BOX := 0.15  # m, within which a box is moved with less force
const _LEAD := 0.1  # s, after which a box comes to rest
const _LEAD_TURN := 0.15  # s, the same for a turn
const _TURNING := 3.0  # m of way that take as long as to turn a box by a rad
const _GIRTH := 0.6  # m that what is in the way is wider for who carries a box
const _PROGRESS := 0.05  # m and rad, that count as getting on
const _STALLED := 14  # steps without, after which one begins anew
const _JAMMED := 7  # steps without, after which a box is taken back from a door
const _RETREAT := 5  # steps for which a box that is stuck is taken back
const _MOST_RETREATS := 3  # before it is held by another side
const _LAST_CALL := 25  # steps before the end of the preparation, when it waits for nobody any more

var _jobs: Array[Jobs.Job] = []
var _job: Jobs.Job = null  # that it works on
var _room: Rect2
var _is_planned: bool = false
var _face: int = -1  # the side of the box by which it is fetched, then held; -1: not yet chosen
var _is_carrying: bool = false
var _pushes: bool = false  # the box against the wall
var _is_crooked: bool = false  # the box that it carries
var _least: float = INF  # that was missing so far [m and rad]
var _stalled: int = 0  # steps since then
var _retreats: int = 0  # how often the box got stuck and was taken back
var _retreat: int = 0  # steps for which it still is
var _skipped: Array[int] = []  # sides by which it did not work


func _decide() -> void:
	if not _is_planned:
		_plan()
	grabs = false
	locks = _is_beside_closed(_NEAR)
	var job := _next_job()
	if job != _job:
		_job = job
		_skipped.clear()
		_begin_anew()
	if job != null:
		_work(job)
	elif _room.has_area() and (_room.has_point(player.spot()) or agent.game.is_preparing()):
		_hide()
	else:
		super()


func _plan() -> void:
	_is_planned = true
	var plan := Jobs.new(agent.game)
	_room = plan.room
	_jobs = plan.jobs


## The first of its own jobs that is not done, else a box that only has to be locked.
func _next_job() -> Jobs.Job:
	var next: Jobs.Job = null
	for job in _jobs:
		if job.is_done():
			continue
		if job.worker == player.number:
			return job
		if next == null and not job.box.is_held and job.is_closed():
			next = job
	return next


func _work(job: Jobs.Job) -> void:
	var is_held := job.box.holder == player
	if job.is_closed() and not _waits():
		locks = true
		grabs = is_held
		if not is_held:
			_approach(job)
	elif is_held:
		_carry(job)
	else:
		_fetch(job)


func _begin_anew() -> void:
	_face = -1
	_is_carrying = false
	_least = INF
	_stalled = 0
	_retreats = 0
	_pushes = false


## Goes to the side of the box that takes the least time, and takes hold of it.
func _fetch(job: Jobs.Job) -> void:
	if _is_carrying:
		_begin_anew()
	_approach(job)
	var face := job.faces()[_face]
	var away := player.spot().distance_to(job.stand(face, _STAND))
	locks = _is_beside_closed(minf(_NEAR, job.box.distance_to(player.spot())))
	grabs = away < _GRIP and player.facing().dot(-face) > _AIM
	_watch(away, 2 * _STALLED)


func _approach(job: Jobs.Job) -> void:
	if _face < 0:
		_face = _best_face(job)
	var face := job.faces()[_face]
	var stand := job.stand(face, _STAND)
	_go(stand)
	_look_along(-face if player.spot().distance_to(stand) < 4.0 * _GRIP else _move)


## The side of the box to go to: near, with little to turn, and one can stand there. Those where it
## did not work are tried again when none is left.
func _best_face(job: Jobs.Job) -> int:
	var faces := job.faces()
	if _skipped.size() >= faces.size():
		_skipped.clear()
	var best := -1
	var least := INF
	for i in faces.size():
		if i in _skipped:
			continue
		var stand := job.stand(faces[i], _STAND)
		var way := _find_way(player.spot(), stand, _obstacles())
		var is_blocked := way[-1] != stand or not _is_free(stand)
		var cost := _length_of(way) + _TURNING * absf(faces[i].angle_to(job.inward))
		cost += 50.0 if is_blocked else 0.0
		if cost < least:
			least = cost
			best = i
	return best


func _length_of(way: PackedVector2Array) -> float:
	var length := player.spot().distance_to(way[0])
	for i in way.size() - 1:
		length += way[i].distance_to(way[i + 1])
	return length


## Turns the box around its own middle on the way to a funnel before the door, which guides it in.
func _carry(job: Jobs.Job) -> void:
	grabs = true
	locks = false
	if not _is_carrying:
		_begin_anew()
		_is_carrying = true
		_face = _face_inwards(job)
	var box := job.box.spot()
	var turn := job.faces()[_face].angle_to(job.inward)
	var aside := absf((box - job.target()).dot(job.tangent()))
	var wrong := maxf(0.0, aside - _ASIDE) + maxf(0.0, absf(turn) - _STRAIGHT)
	var away := minf(_FUNNEL * wrong, _room_to_turn(job))
	var is_steady := job.box.linear_velocity.length() + absf(job.box.angular_velocity.y) < _STEADY
	_pushes = wrong < _PUSHED_ASIDE if _pushes else wrong == 0.0 and is_steady
	var goal := job.target() + job.inward * (-_PUSH if _pushes else away)
	_retreat -= 1
	_is_crooked = absf(turn) > _CROOKED
	if _waits() or _retreat > 0 or _is_crooked:
		var place := job.target() + job.inward * (_WAY_IN if _waits() else _room_to_turn(job))
		var area := _room.grow(-job.box.reach() - _SPARE)
		place = place.clamp(area.position, area.end)
		goal = _next_corner(box, place, _obstacles_of.bind(job.box))
		if _way[-1] != place:
			goal = place
		if not area.grow(3.0 * _SPARE).has_point(box):
			turn = 0.0
		goal = box + (goal - box).limit_length(_LEAP)
	var held := box - player.spot()
	# What moves is heavy: it is steered by where it will be.
	var ahead := turn + player.angular_velocity.y * _LEAD_TURN
	_look_along(player.facing().rotated(clampf(_TWIST * ahead, -1.0, 1.0)))
	var drift := Vector2(job.box.linear_velocity.x, job.box.linear_velocity.z) * _LEAD
	_drive(goal - drift - held.rotated(clampf(turn, -_BEND, _BEND)), _SLOW_BOX)
	if _retreat <= 0:
		_watch(absf(turn) + job.way(), _STALLED if _is_crooked else _JAMMED)


## The side of the box that is to look into the room: little to turn, and the player is there, too.
func _face_inwards(job: Jobs.Job) -> int:
	var faces := job.faces()
	var held := job.box.spot().direction_to(player.spot())
	var best := 0
	var least := INF
	for i in faces.size():
		var turn := absf(faces[i].angle_to(job.inward))
		if held.dot(faces[i]) < _INSIDE:
			turn += TAU
		if turn < least:
			least = turn
			best = i
	return best


## How far from its place a box can be turned [m].
func _room_to_turn(job: Jobs.Job) -> float:
	return job.box.reach() - 0.5 * job.depth() + _SPARE


## Whether to leave the door open for others for now.
func _waits() -> bool:
	return (
		agent.game.preparation_steps_left() > _LAST_CALL
		and agent.game.hiders.any(
			func(other: PlayerAgent) -> bool: return not _room.has_point(other.player.spot())
		)
	)


## Begins anew, from another side, when nothing gets on.
func _watch(missing: float, patience: int) -> void:
	_stalled += 1
	if missing < _least - _PROGRESS or _waits() and _is_carrying:
		_least = missing
		_stalled = 0
	if _stalled > patience or not _is_carrying and _stalled > _STUCK_STEPS and _is_stuck():
		if _retreats < _MOST_RETREATS and _is_carrying and not _is_crooked:
			_retreats += 1
			_retreat = _RETREAT
			_pushes = false
			_stalled = 0
			_least = INF
			return
		_skipped.append(_face)
		_begin_anew()
		grabs = false


## What is in the way of [param box] when it is carried.
func _obstacles_of(box: Thing) -> Array[Paths.Obstacle]:
	var obstacles: Array[Paths.Obstacle] = []
	for thing in agent.game.things():
		if thing != box:
			obstacles.append(Paths.Obstacle.new(thing, thing.footprint + _GIRTH * Vector2.ONE))
	for hider in agent.game.hiders:
		if hider.player != player:
			obstacles.append(Paths.Obstacle.new(hider.player, _GIRTH * Vector2.ONE))
	return obstacles


## Who hides makes way for those who work.
func _obstacles() -> Array[Paths.Obstacle]:
	var obstacles := super()
	for hider in agent.game.hiders:
		if _job == null and hider.player != player:
			obstacles.append(Paths.Obstacle.new(hider.player, Vector2.ONE * Player.RADIUS))
	return obstacles


func _hide() -> void:
	if not _corner.is_finite() or not _is_free(_corner) or not agent.game.is_preparing():
		_corner = _hiding_place()
	var is_inside := _room.has_point(player.spot())
	_go(_corner if is_inside else _entrance())
	if is_inside and not _room.has_point(_way[-1]):
		_move = Vector2.ZERO  # nothing but a way around is left
	_look_along(_room.get_center() - player.spot())


## A place in the room behind the nearest open door.
func _entrance() -> Vector2:
	var best := _corner
	var least := INF
	for door in _open_doors():
		var side := door.normal * signf(door.normal.dot(_room.get_center() - door.centre))
		var away := player.spot().distance_to(door.centre)
		if away < least:
			least = away
			best = door.centre + side * 2.0 * Player.RADIUS
	return best


## The doors of the room that no box closes.
func _open_doors() -> Array[Layout.Door]:
	var around := _room.grow(Layout.THICKNESS)
	return layout.doors.filter(
		func(door: Layout.Door) -> bool:
			return (
				around.has_point(door.centre)
				and not _jobs.any(
					func(job: Jobs.Job) -> bool: return job.door == door and job.is_closed()
				)
			)
	)


## The free corner of the room that is farthest aside from the ways through its doors; while others
## are at work, from where they are.
func _hiding_place() -> Vector2:
	var best := _room.get_center()
	var least := INF
	for corner in _corners_of(_room):
		var cost := _exposure(corner)
		for job in _jobs:
			if agent.game.is_preparing() and not job.is_done():
				cost -= minf(corner.distance_to(job.box.spot()), corner.distance_to(job.target()))
		if _is_free(corner) and cost < least:
			least = cost
			best = corner
	return best


func _is_free(place: Vector2) -> bool:
	return agent.game.things().all(
		func(thing: Thing) -> bool: return thing.distance_to(place) > Player.RADIUS
	)


## How directly one looks at [param place] through an open door: 1 straight ahead, 0 along the wall.
func _exposure(place: Vector2) -> float:
	var most := 0.0
	for door in _open_doors():
		most = maxf(most, absf(door.centre.direction_to(place).dot(door.normal)))
	return most


## Whether to let go of the lock would undo one: a box that closes a door is within [param reach] m
## and in front.
func _is_beside_closed(reach: float) -> bool:
	for job in _jobs:
		var away := job.box.nearest_to(player.spot()) - player.spot()
		if job.is_closed() and away.length() < reach and away.dot(player.facing()) > 0.0:
			return true
	return false
