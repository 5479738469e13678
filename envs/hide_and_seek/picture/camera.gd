extends Camera3D
## Shows the whole arena below the bar on top, whatever the shape of the picture.

const Layout := preload("../layout.gd")

const _FIELD := 18.0  # degrees: a long lens, for nearly parallel lines
const _STEEP := 62.0  # degrees below the horizon, for square pictures
const _FLAT := 55.0  # the same for wide ones, which it fills better
const _WIDE := 1.4  # aspect from which on a picture is wide
const _TURN := 0.0  # degrees around the middle
const _MARGIN := 0.02  # part of the picture that stays free at each side

var _shape: Vector2


## Fits the arena into a picture of [param size], but for the part [param top] of its height.
func frame(size: Vector2, top: float) -> void:
	if size == _shape or size.y <= 0.0:
		return
	_shape = size
	var is_tall := size.x < size.y
	keep_aspect = KEEP_WIDTH if is_tall else KEEP_HEIGHT
	fov = _FIELD
	var slope := tan(0.5 * deg_to_rad(_FIELD))
	var half := (
		Vector2(slope, slope * size.y / size.x)
		if is_tall
		else Vector2(slope * size.aspect(), slope)
	)
	var pitch := _FLAT if size.aspect() >= _WIDE else _STEEP
	basis = Basis.from_euler(Vector3(deg_to_rad(-pitch), deg_to_rad(_TURN), 0.0))
	var inner := half * (1.0 - 2.0 * _MARGIN)
	var low := -inner.y
	var high := inner.y - 2.0 * half.y * top
	var distance := 0.0
	var lift := 0.0  # of the camera along its own y
	for i in 40:
		distance = _least_distance(inner.x, low, high, lift)
		lift = _best_lift(distance, low, high, lift)
	position = basis * Vector3(0.0, lift, distance)


## How far away the camera has to be for all corners to be in the picture.
func _least_distance(side: float, low: float, high: float, lift: float) -> float:
	var distance := 0.0
	for corner in _corners():
		var at := corner * basis
		distance = maxf(distance, absf(at.x) / side + at.z)
		var y := at.y - lift
		distance = maxf(distance, (y / high if y > 0.0 else y / low) + at.z)
	return distance


## The lift that leaves as much room above as below.
func _best_lift(distance: float, low: float, high: float, lift: float) -> float:
	var highest := -INF
	var lowest := INF
	for corner in _corners():
		var at := corner * basis
		var slope := (at.y - lift) / (distance - at.z)
		highest = maxf(highest, slope)
		lowest = minf(lowest, slope)
	return lift + 0.5 * ((highest + lowest) - (high + low)) * distance * 0.5


func _corners() -> PackedVector3Array:
	var reach := Layout.HALF + Layout.THICKNESS
	var corners := PackedVector3Array()
	for i in 8:
		var x := reach if i & 1 else -reach
		var z := reach if i & 2 else -reach
		corners.append(Vector3(x, Layout.HEIGHT if i & 4 else 0.0, z))
	return corners
