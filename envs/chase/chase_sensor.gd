extends ZooSensor
## What a chaser sees: heading, nine rays to walls, the same nine to the opponent, position.
##
## Each ray is a sweep of the body's own circle: how far it could go. Numbers: godot-ai's
## find-coin game, as measured from its public description, unless said otherwise.

const Chaser := preload("chaser.gd")
const Walls := preload("chase_walls.gd")

## Number of rays.
const RAYS := 9
## Length of a ray [px]: nearly the arena's diagonal.
const RANGE := 700.0
## Directions of the rays against the heading [rad].
const ANGLES: PackedFloat64Array = [
	0.0,
	0.10 * PI,
	-0.10 * PI,
	0.21 * PI,
	-0.21 * PI,
	0.33 * PI,
	-0.33 * PI,
	0.45 * PI,
	-0.45 * PI,
]
const _TOUCH := 2.0 * Chaser.RADIUS  # distance of two bodies that touch [px]
const _REACH := Chaser.RADIUS  # how far ahead a body feels its opponent [px]
const _FELT := 0.2  # factor by which what is felt seems nearer than what is seen

static var _directions: PackedVector2Array = _unit_vectors()


func _size() -> int:
	return 3 + 2 * RAYS


func _low() -> PackedFloat32Array:
	var low := _filled(0.0)
	low[0] = -1.0
	low[-1] = -1.0
	low[-2] = -1.0
	return low


func _high() -> PackedFloat32Array:
	return _filled(1.0)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var body: Chaser = agent.get_parent()
	buffer[offset] = body.heading / PI
	look(buffer, offset + 1, body, body.position, body.heading)
	buffer[offset + 1 + 2 * RAYS] = body.position.x / Walls.HALF
	buffer[offset + 2 + 2 * RAYS] = body.position.y / Walls.HALF


## Writes both channels of the rays into [param buffer], as parts of [constant RANGE]: what
## [param body] would see from [param from], looking at [param heading].
static func look(
	buffer: PackedFloat32Array, offset: int, body: Chaser, from: Vector2, heading: float
) -> void:
	var walls := body.walls
	var forward := Vector2.from_angle(heading)
	var right := forward.orthogonal() * -1.0
	var to_self := from - body.opponent.position
	var feels := to_self.length() <= _TOUCH + _REACH
	for i in RAYS:
		var ray := _directions[i]
		var direction := forward * ray.x + right * ray.y
		var wall := walls.clear_way(from, direction, Chaser.RADIUS)
		var other := Walls.way_to_circle(to_self, direction, _TOUCH)
		if feels:
			other = _feel(to_self, direction, other)
		buffer[offset + i] = minf(wall / RANGE, 1.0)
		# What lies behind a wall is not seen.
		buffer[offset + RAYS + i] = other / RANGE if other <= wall and other < RANGE else 1.0


## At close range, one reach ahead, touching the opponent counts instead of the sweep: the distance
## to the touched point of its edge, shortened.
static func _feel(to_self: Vector2, direction: Vector2, swept: float) -> float:
	var ahead := to_self + direction * _REACH
	if ahead.length() > _TOUCH:
		return swept
	return _FELT * to_self.distance_to(ahead.normalized() * Chaser.RADIUS)


static func _unit_vectors() -> PackedVector2Array:
	var vectors := PackedVector2Array()
	for angle in ANGLES:
		vectors.append(Vector2.from_angle(angle))
	return vectors
