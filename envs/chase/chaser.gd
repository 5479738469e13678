extends Node2D
## A round body that moves against walls, and the smoothed place where it is drawn.

const Walls := preload("chase_walls.gd")

## Radius of the body [px]: godot-ai's find-coin game, as measured from its public description.
const RADIUS := 20.0
## A moving body stops this far from a wall [px]; same source.
const MARGIN := 5.0
const _TURN_RATE := 20.0  # how fast the drawn heading follows [1/s]: a turn takes about a step

## Colour of the body and of what it sees.
@export var color: Color

## Where the body looks [rad], within [-PI, PI].
var heading: float = 0.0
## The walls around it.
var walls: Walls
## Whom it chases or flees from.
var opponent: Node2D
## Where it is drawn [px].
var shown_position: Vector2
## Where it is drawn looking [rad].
var shown_heading: float = 0.0
var _speed: float = 0.0  # of the drawn body [px/s]
var _destination: Vector2  # where the drawn body is going [px]


## Puts the body somewhere.
func place(where: Vector2, looking: float) -> void:
	position = where
	heading = looking


## Moves by [param displacement] px, or as far as the walls allow: it stops there, it does not
## slide. It looks where it wanted to go.
func move(displacement: Vector2) -> void:
	var wanted := displacement.length()
	if wanted == 0.0:
		return
	var direction := displacement / wanted
	heading = displacement.angle()
	position += direction * minf(walls.clear_way(position, direction, RADIUS + MARGIN), wanted)


## Distance from the opponent's centre [px].
func distance() -> float:
	return position.distance_to(opponent.position)


## Draws the body where it is, without a transition.
func show_at_once() -> void:
	_destination = position
	shown_position = position
	shown_heading = heading


## Moves the drawn body on by [param delta] seconds, so that it arrives [param step_seconds] after
## the body's jump.
func glide(delta: float, step_seconds: float) -> void:
	if _destination != position:
		_destination = position
		_speed = shown_position.distance_to(position) / step_seconds
	shown_position = shown_position.move_toward(position, _speed * delta)
	shown_heading = lerp_angle(shown_heading, heading, 1.0 - exp(-_TURN_RATE * delta))
