extends SceneTree
## Lets hide_and_seek run, and prints a line of JSON about all bodies in all arenas at the end:
## whether any went through a wall, how deep one was in a wall, whether any left.

const Arena := preload("res://hide_and_seek/arena.gd")
const Layout := preload("res://hide_and_seek/layout.gd")
const Player := preload("res://hide_and_seek/player.gd")
const Thing := preload("res://hide_and_seek/thing.gd")

const _REACH := Layout.HALF + Layout.THICKNESS + Arena.STRIP  # m, of the floor

var _last: Dictionary[RigidBody3D, Vector3] = {}
var _found: Dictionary[String, float] = {
	"looks": 0.0, "crossed": 0.0, "outside": 0.0, "not_finite": 0.0, "deepest": 0.0, "episodes": 0.0
}
var _first: Dictionary[Node, bool] = {}


func _initialize() -> void:
	change_scene_to_file("res://hide_and_seek/hide_and_seek.tscn")


func _process(_delta: float) -> bool:
	for environment in root.find_children("HideAndSeek", "", true, false):
		if not _first.has(environment):
			_first[environment] = true
			_found["episodes"] += 1.0
		for body: RigidBody3D in environment.get("players") + environment.call("things"):
			_look_at(body, environment.get("layout"))
	return false


func _finalize() -> void:
	print(JSON.stringify(_found))


func _look_at(body: RigidBody3D, layout: Layout) -> void:
	var place := body.position
	_found["looks"] += 1.0
	_found["not_finite"] += 0.0 if place.is_finite() and body.basis.is_finite() else 1.0
	var is_out := maxf(absf(place.x), absf(place.z)) > _REACH or place.y < 0.0 or place.y > 4.0
	_found["outside"] += float(is_out)
	if not layout:
		return
	for wall in layout.walls + Layout.outer_walls():
		_found["deepest"] = maxf(_found["deepest"], _depth(body, wall))
		# Who is higher than the wall went over it.
		var low := minf(place.y, _last.get(body, place).y) < Layout.HEIGHT
		if low and _crosses(_last.get(body, place), place, wall):
			_found["crossed"] += 1.0
	_last[body] = place


## How deep a corner of a thing, or the edge of a player, is in [param wall] [m].
func _depth(body: RigidBody3D, wall: Rect2) -> float:
	if body.position.y > Layout.HEIGHT:
		return 0.0
	var spot := Vector2(body.position.x, body.position.z)
	if body is Player:
		return Player.RADIUS - spot.distance_to(spot.clamp(wall.position, wall.end))
	var deepest := 0.0
	for i in 4:
		var sign := Vector2(1.0 if i & 1 else -1.0, 1.0 if i & 2 else -1.0)
		var half: Vector2 = 0.5 * (body as Thing).footprint * sign
		var corner := body.transform * Vector3(half.x, 0.0, half.y)
		var gap := minf(corner.x - wall.position.x, wall.end.x - corner.x)
		gap = minf(gap, minf(corner.z - wall.position.y, wall.end.y - corner.z))
		deepest = maxf(deepest, gap)
	return deepest


func _crosses(from: Vector3, to: Vector3, wall: Rect2) -> bool:
	var start := Vector2(from.x, from.z)
	var end := Vector2(to.x, to.z)
	if wall.has_point(end):
		return true
	for i in 4:
		var corner := wall.position + wall.size * Vector2(i & 1, i >> 1)
		var next := wall.position + wall.size * Vector2(1 - (i >> 1 & 1), i & 1)
		if Geometry2D.segment_intersects_segment(start, end, corner, next) != null:
			return true
	return false
