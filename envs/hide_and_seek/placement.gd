extends RefCounted
## Finds free places on the floor: by rejection, and by a raster when chance does not find one.

const Layout := preload("layout.gd")

const _TRIES := 30  # for one place
const _ROUNDS := 20  # for several together
const _PITCH := 0.25  # of the raster [m]
const _FLOOR := Rect2(-Layout.HALF, -Layout.HALF, 2.0 * Layout.HALF, 2.0 * Layout.HALF)
const _DOORSTEP := 0.6  # radius of what stays free around a door [m]
const _GAP := 0.1  # least distance from walls and from other things [m]

var _layout: Layout
var _rng: RandomNumberGenerator
var _centres: PackedVector2Array = []
var _radii: PackedFloat32Array = []


func _init(layout: Layout, rng: RandomNumberGenerator) -> void:
	_layout = layout
	_rng = rng
	for door in layout.doors:
		_take(door.centre, _DOORSTEP)


## A place inside [param area] for a thing that fits into a circle of [param radius] m; if the area
## is full, one elsewhere: then that which is the farthest from everything. It is taken from now on.
func draw(radius: float, area: Rect2) -> Vector2:
	var place := _draw(radius, area.grow(-radius - _GAP))
	if not place.is_finite():
		place = _roomiest(radius, area)
	if _gap(place, radius) < 0.0:
		place = _roomiest(radius, _FLOOR)
	_take(place, radius)
	return place


## The same for several things that have to find room together: if one does not, all are drawn anew,
## some times.
func draw_together(radii: PackedFloat32Array, area: Rect2) -> PackedVector2Array:
	var places := PackedVector2Array()
	for i in _ROUNDS:
		places.clear()
		for radius in radii:
			var place := _draw(radius, area.grow(-radius - _GAP))
			if not place.is_finite():
				break
			places.append(place)
			_take(place, radius)
		if places.size() == radii.size():
			return places
		_forget(places.size())
	places.clear()
	for radius in radii:
		places.append(draw(radius, area))
	return places


func _draw(radius: float, area: Rect2) -> Vector2:
	for i in _TRIES if area.has_area() else 0:
		var x := _rng.randf_range(area.position.x, area.end.x)
		var place := Vector2(x, _rng.randf_range(area.position.y, area.end.y))
		if _gap(place, radius) >= _GAP:
			return place
	return Vector2.INF


func _take(place: Vector2, radius: float) -> void:
	_centres.append(place)
	_radii.append(radius)


## Gives the places free that were taken last.
func _forget(count: int) -> void:
	_centres.resize(_centres.size() - count)
	_radii.resize(_radii.size() - count)


## The place of a raster over [param area] with the widest gap around it.
func _roomiest(radius: float, area: Rect2) -> Vector2:
	var best := Vector2.ZERO
	var widest := -INF
	var cells := Vector2i(area.size / _PITCH)
	for i in cells.x * cells.y:
		var cell := Vector2(i % cells.x + 0.5, floorf(float(i) / cells.x) + 0.5)
		var place := area.position + cell * _PITCH
		var gap := _gap(place, radius)
		if gap > widest:
			widest = gap
			best = place
	return best


## How far a circle is from what is nearest to it [m]; negative: they overlap.
func _gap(place: Vector2, radius: float) -> float:
	var gap := _layout.clearance(place) - radius
	for i in _centres.size():
		gap = minf(gap, place.distance_to(_centres[i]) - radius - _radii[i])
	return gap
