extends RigidBody3D
## The body of a hider or a seeker: a sphere that stays upright and slides on the floor.

## Radius [m].
const RADIUS := 0.3
## The two sides, as their agents are called.
const HIDERS := &"hider"
const SEEKERS := &"seeker"

## Which side it is on.
var side: StringName = HIDERS:
	set(value):
		side = value
		is_hider = side == HIDERS
## Whether it hides; the others seek.
var is_hider: bool = true
## Its number on its side.
var number: int = 0
## Whether somebody of the other side sees it, as of the last step.
var is_seen: bool = false


## Puts it on the floor.
func place(where: Vector2, looking: float) -> void:
	transform = Transform3D(Basis(Vector3.UP, looking), Vector3(where.x, RADIUS, where.y))


## Where it is on the floor (x, z) [m].
func spot() -> Vector2:
	return Vector2(position.x, position.z)


## Where it looks: a unit vector on the floor.
func facing() -> Vector2:
	return Vector2(-basis.z.x, -basis.z.z)
