extends RefCounted
## The walls of an arena, and how far a circle can go before it meets one.
##
## Walls are lines. A circle moving against a line is a point moving against that line grown
## by the circle's radius, so a sweep is exact arithmetic: faster than the physics server's
## cast_motion (README.md), and the same bits at any time in any process.

## Half the arena's side [px]: godot-ai's find-coin game, as measured from its public description.
const HALF := 250.0
## The inner wall's ends, and the starts, lie within this of the centre, per axis [px]: 0.75 of
## [constant HALF]; same source.
const INNER_RANGE := 187.5

## Whether there is an inner wall.
var has_inner: bool = false
## One end of the inner wall [px].
var start: Vector2
## The other end of the inner wall [px].
var end: Vector2
var _along: Vector2  # unit vector from start to end
var _normal: Vector2
var _length: float


## Draws an inner wall of at least [param min_length] px.
func draw_inner(rng: RandomNumberGenerator, min_length: float) -> void:
	has_inner = true
	_length = -1.0
	while _length < min_length:
		start = random_point(rng)
		end = random_point(rng)
		_length = start.distance_to(end)
	_along = (end - start).normalized()
	_normal = _along.orthogonal()


## A uniform point of the square in which things start.
static func random_point(rng: RandomNumberGenerator) -> Vector2:
	var x := rng.randf_range(-INNER_RANGE, INNER_RANGE)
	return Vector2(x, rng.randf_range(-INNER_RANGE, INNER_RANGE))


## Distance of [param point] from the inner wall [px]; infinite without one.
func distance_to_inner(point: Vector2) -> float:
	if not has_inner:
		return INF
	return point.distance_to(Geometry2D.get_closest_point_to_segment(point, start, end))


## The four points beside the inner wall's ends, [param berth] px from them on both axes of the
## wall; none without an inner wall.
func corners(berth: float) -> PackedVector2Array:
	if not has_inner:
		return PackedVector2Array()
	var out := _along * berth
	var aside := _normal * berth
	return [start - out + aside, start - out - aside, end + out + aside, end + out - aside]


## How far a circle of [param radius] px at [param from] can go along the unit vector
## [param direction] before it touches a wall [px].
func clear_way(from: Vector2, direction: Vector2, radius: float) -> float:
	var limit := Vector2(HALF - radius, HALF - radius)
	# Along an axis on which it does not move, a division by zero says: for ever.
	var ways := (limit - from * direction.sign()) / direction.abs()
	var way := minf(ways.x, ways.y)
	if has_inner:
		way = minf(way, _way_to_inner(from - start, direction, radius))
	# Rounding may have left the circle a hair inside a wall.
	return maxf(way, 0.0)


## How far a point at [param offset] from a circle's centre can go along [param direction] before
## it enters the circle [px]; infinite if it never does, or only leaves it.
static func way_to_circle(offset: Vector2, direction: Vector2, radius: float) -> float:
	var approach := -offset.dot(direction)
	if approach <= 0.0:
		return INF
	var half_chord_squared := approach * approach - offset.length_squared() + radius * radius
	return maxf(approach - sqrt(half_chord_squared), 0.0) if half_chord_squared >= 0.0 else INF


## The same for the inner wall grown by [param radius]; [param offset] is from [member start].
func _way_to_inner(offset: Vector2, direction: Vector2, radius: float) -> float:
	var position := offset.dot(_along)
	var height := offset.dot(_normal)
	var rise := direction.dot(_normal) * signf(height)
	height = absf(height)
	var way := 0.0
	if height >= radius:
		if rise >= 0.0:
			return INF
		way = (radius - height) / rise
		position += way * direction.dot(_along)
	if position >= 0.0 and position <= _length:
		return way if rise < 0.0 else INF
	# Beside the flat side, only the round end nearer to that point can be in the way.
	return way_to_circle(offset if position < 0.0 else offset - _along * _length, direction, radius)
