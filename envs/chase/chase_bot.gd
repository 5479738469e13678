extends RefCounted
## How a chaser plays when nobody else decides: good enough to be fun, no match for a policy.

const Chaser := preload("chaser.gd")
const Walls := preload("chase_walls.gd")

# Its numbers are our choice, by watching it play.
const _GIRTH := Chaser.RADIUS + Chaser.MARGIN  # px, what a body needs on each side
const _BERTH := _GIRTH + 5.0  # px, at which it rounds the ends of the inner wall
const _ARRIVED := 20.0  # px
const _SLACK := 1.0  # px, by which a way may be too short: it is, by rounding, to a body at a wall
const _DETOUR := 250.0  # px, how bad a corner is from which the goal cannot be reached
const _DIRECTIONS := 16  # that a fleeing body compares
const _FORESIGHT := 200.0  # px, how far ahead it compares them
const _DREAD_OF_WALLS := 1.0  # px of distance given up per px nearer to the middle

var _body: Chaser
var _goal: Vector2


func _init(body: Chaser) -> void:
	_body = body
	_goal = body.position


## Where to go [px, from here]: to the opponent while it is in sight, else to where it was last,
## then to places drawn at random.
func seek(rng: RandomNumberGenerator) -> Vector2:
	var here := _body.position
	if _is_clear(here, _body.opponent.position, 0.0):
		_goal = _body.opponent.position
	var stop := _next_stop(_goal)
	if (
		here.distance_to(stop) < _ARRIVED
		and here.distance_to(_body.opponent.position) > _BERTH * 2.0
	):
		_goal = Walls.random_point(rng)
		stop = _next_stop(_goal)
	return stop - here


## Where to go [px, from here]: to the place in reach to which the opponent has the longest way.
func flee() -> Vector2:
	var best := Vector2.ZERO
	var best_score := _safety(_body.position)
	for i in _DIRECTIONS:
		var direction := Vector2.from_angle(TAU * i / _DIRECTIONS)
		var reach := _body.walls.clear_way(_body.position, direction, _GIRTH)
		var move := direction * minf(reach, _FORESIGHT)
		var score := _safety(_body.position + move)
		if score > best_score:
			best_score = score
			best = move
	return best


func _safety(place: Vector2) -> float:
	return _route(_body.opponent.position, place) - _DREAD_OF_WALLS * place.length()


## The goal if the way to it is free, else the best corner of the inner wall on the way to it.
func _next_stop(goal: Vector2) -> Vector2:
	var here := _body.position
	var best := here
	var best_cost := INF
	if _is_clear(here, goal, _GIRTH):
		return goal
	for corner in _body.walls.corners(_BERTH):
		var cost := here.distance_to(corner) + corner.distance_to(goal)
		cost += 0.0 if _is_clear(corner, goal, _GIRTH) else _DETOUR
		if cost < best_cost and _is_clear(here, corner, _GIRTH):
			best_cost = cost
			best = corner
	return best


## How long the way around the inner wall is [px].
func _route(from: Vector2, to: Vector2) -> float:
	if _is_clear(from, to, 0.0):
		return from.distance_to(to)
	var walls := _body.walls
	return minf(
		from.distance_to(walls.start) + walls.start.distance_to(to),
		from.distance_to(walls.end) + walls.end.distance_to(to)
	)


## Whether a circle of [param radius] px can go straight from one place to the other.
func _is_clear(from: Vector2, to: Vector2, radius: float) -> bool:
	var distance := from.distance_to(to)
	return _body.walls.clear_way(from, from.direction_to(to), radius) >= distance - _SLACK
