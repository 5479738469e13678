extends RigidBody3D
## A box or a ramp: what can be pushed, grabbed and locked. It stays upright.

const Layout := preload("layout.gd")
const PlayerAgent := preload("player_agent.gd")

## Extent along x and z [m]; the height is that of the walls.
@export var footprint: Vector2 = Vector2.ONE
## Whether it is a ramp: as high as a wall at its +z end, as low as the floor at -z.
@export var is_ramp: bool = false

## Who holds it; null: nobody.
var holder: RigidBody3D = null:
	set(value):
		holder = value
		is_held = value != null
# What others observe is kept ready: it is read far more often than it changes.
## Whether somebody holds it.
var is_held: bool = false
## Extent along x [m].
@onready var size_x: float = footprint.x
## Extent along z [m].
@onready var size_z: float = footprint.y

@onready var lockable: ZooLockable3D = $Lockable


## Puts it on the floor.
func place(where: Vector2, turned: float) -> void:
	transform = Transform3D(
		Basis(Vector3.UP, turned), Vector3(where.x, 0.5 * Layout.HEIGHT, where.y)
	)


## Where it is on the floor (x, z) [m].
func spot() -> Vector2:
	return Vector2(position.x, position.z)


## Whether it is locked, as [param observer] sees it: 1 for its own side, -1 for the other side, 0
## not at all.
func lock_for(observer: ZooAgent) -> float:
	if lockable.locked_by == &"":
		return 0.0
	return 1.0 if lockable.locked_by == (observer as PlayerAgent).player.side else -1.0


## The point of its footprint that is nearest to [param point] of the floor [m].
func nearest_to(point: Vector2) -> Vector2:
	var own := Vector3(point.x - position.x, 0.0, point.y - position.z) * basis
	var half := 0.5 * footprint
	own.x = clampf(own.x, -half.x, half.x)
	own.z = clampf(own.z, -half.y, half.y)
	var nearest := position + basis * own
	return Vector2(nearest.x, nearest.z)


## Distance of [param point] of the floor from its edge [m]; 0 inside.
func distance_to(point: Vector2) -> float:
	return point.distance_to(nearest_to(point))


## The corners of its footprint, in order [m].
func corners() -> PackedVector2Array:
	var x := 0.5 * footprint.x * Vector2(basis.x.x, basis.x.z)
	var z := 0.5 * footprint.y * Vector2(basis.z.x, basis.z.z)
	return [spot() - x - z, spot() + x - z, spot() + x + z, spot() - x + z]


## Radius of the circle around it [m].
func reach() -> float:
	return 0.5 * footprint.length()
