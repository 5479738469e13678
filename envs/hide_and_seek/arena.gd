extends StaticBody3D
## What stands still and cannot be passed: the floor, the walls, and a fence around all of it.

const Layout := preload("layout.gd")

## Layers of collision, as bits. The things are boxes and ramps.
const WALLS := 1
const THINGS := 2
const PLAYERS := 4
const FENCE := 8
## Width of the strip between the outer walls and the fence [m].
const STRIP := 1.5

const _FENCE_HEIGHT := 6.0  # m, more than anybody gets off a ramp
const _FENCE_THICKNESS := 0.5  # m
const _FLOOR_THICKNESS := 1.0  # m

## The walls, doors and rooms of this episode.
var layout: Layout


## Puts floor and fence down. The fence is a body of its own, which stops nobody's sight.
func _ready() -> void:
	collision_layer = WALLS
	collision_mask = 0
	var reach := Layout.HALF + Layout.THICKNESS + STRIP
	var ground := Rect2(-reach, -reach, 2.0 * reach, 2.0 * reach)
	_add_box(self, ground.grow(_FENCE_THICKNESS), -_FLOOR_THICKNESS, 0.0)
	var fence := StaticBody3D.new()
	fence.collision_layer = FENCE
	fence.collision_mask = 0
	for part in Layout.frame(ground, _FENCE_THICKNESS):
		_add_box(fence, part, 0.0, _FENCE_HEIGHT)
	add_child(fence)


## Stands up the walls of [param drawn].
func build(drawn: Layout) -> void:
	layout = drawn
	for wall in layout.walls + Layout.outer_walls():
		_add_box(self, wall, 0.0, Layout.HEIGHT)


func _add_box(body: StaticBody3D, area: Rect2, from: float, to: float) -> void:
	var shape := BoxShape3D.new()
	shape.size = Vector3(area.size.x, to - from, area.size.y)
	var centre := area.get_center()
	var shape_owner := body.create_shape_owner(body)
	var place := Vector3(centre.x, 0.5 * (from + to), centre.y)
	body.shape_owner_set_transform(shape_owner, Transform3D(Basis.IDENTITY, place))
	body.shape_owner_add_shape(shape_owner, shape)
