extends RefCounted
## Holds a rigid body where it is seen from another body, with a force that is limited.
##
## In every tick it gives both bodies equal and opposite impulses, so that the next tick moves the
## held one to its place: what a joint does in the solver of the physics server. A joint is stiffer,
## but its force has no limit: pulled by a character it drags what it holds through walls. For each
## tick this is at most one solution of the two bodies' equations of motion, and so it is stable for
## any masses. The same with Godot physics and with Jolt.

# Share of the distance from its place that the body makes good in a tick. 1 would be exact, but
# for two bodies of which others hold one, it trembles.
const _HASTE := 0.3
# Determinant of an inverse inertia tensor over the cube of its trace, below which a body is locked
# around some axis. A rod is at 1e-7 when it is some 80 times as long as thick.
const _LOCKED := 1e-7

var _holder: Node3D
var _holder_state: PhysicsDirectBodyState3D  # null: not moved by forces
var _held: RigidBody3D
var _held_state: PhysicsDirectBodyState3D
var _could_sleep: bool
var _max_force: float
var _place: Vector3  # of the held body's centre of mass in the holder's frame
var _turn: Basis  # of the held body in the holder's frame
var _last: Transform3D  # of the holder, one tick ago


## Holds [param held] where it is now, seen from [param holder], with no more than
## [param max_force] [N], and as much torque [N m].
func _init(holder: Node3D, held: RigidBody3D, max_force: float) -> void:
	_holder = holder
	_held = held
	_max_force = max_force
	_held_state = PhysicsServer3D.body_get_direct_state(held.get_rid())
	if holder is RigidBody3D:
		_holder_state = PhysicsServer3D.body_get_direct_state((holder as RigidBody3D).get_rid())
	_last = _frame()
	_place = _last.affine_inverse() * _centre(_held_state)
	_turn = _last.basis.transposed() * held.global_basis
	_could_sleep = held.can_sleep
	held.can_sleep = false


## How far the held body is from its place [m].
func distance() -> float:
	return (_frame() * _place).distance_to(_centre(_held_state))


## Applies the impulses of a tick of [param seconds].
func pull(seconds: float) -> void:
	if _holder_state != null and not (_holder as RigidBody3D).freeze:
		_pull_both(seconds)
	else:
		_pull_held(seconds)
	_last = _frame()


## The body is free again.
func end() -> void:
	_held.can_sleep = _could_sleep


## The holder moves as it likes, and has moved already in this tick: the body follows.
func _pull_held(seconds: float) -> void:
	var frame := _frame()
	var missing := _last * _place - _centre(_held_state)
	var way := frame * _place - _last * _place
	var wanted := (way + missing * _HASTE) / seconds - _held_state.linear_velocity
	_push(_held, wanted / _held_state.inverse_mass, seconds)
	var around := _rotation(_last.basis * _turn, _held_state.transform.basis) * _HASTE
	around += _rotation(frame.basis, _last.basis)
	var inertia := _inertia(_held_state.inverse_inertia_tensor)
	_twist(_held, inertia * (around / seconds - _held_state.angular_velocity), seconds)


## Both bodies move by forces: one's action is the other's reaction.
func _pull_both(seconds: float) -> void:
	var a := _holder_state
	var b := _held_state
	var frame := _frame()
	var centre := _centre(b)
	var arm := centre - _centre(a)
	var speed := a.linear_velocity + a.angular_velocity.cross(arm)
	var wanted := (frame * _place - centre) * (_HASTE / seconds) + speed - b.linear_velocity
	var mass := _shared_mass(a, b, arm)
	var impulse := _push(_held, mass * wanted, seconds)
	(_holder as RigidBody3D).apply_impulse(-impulse, centre - a.transform.origin)
	var around := _rotation(frame.basis * _turn, b.transform.basis) * (_HASTE / seconds)
	around += a.angular_velocity - b.angular_velocity
	var inertia := _inertia(_sum(a.inverse_inertia_tensor, b.inverse_inertia_tensor))
	(_holder as RigidBody3D).apply_torque_impulse(-_twist(_held, inertia * around, seconds))


## The mass with which both bodies together resist an impulse between them, at [param arm] from the
## holder's centre of mass.
func _shared_mass(a: PhysicsDirectBodyState3D, b: PhysicsDirectBodyState3D, arm: Vector3) -> Basis:
	var share := a.inverse_mass + b.inverse_mass
	var columns: Array[Vector3] = [Vector3.RIGHT, Vector3.UP, Vector3.BACK]
	for i in 3:
		var unit := columns[i]
		columns[i] = unit * share + (a.inverse_inertia_tensor * arm.cross(unit)).cross(arm)
	return Basis(columns[0], columns[1], columns[2]).inverse()


func _push(body: RigidBody3D, impulse: Vector3, seconds: float) -> Vector3:
	var limited := impulse.limit_length(_max_force * seconds)
	body.apply_central_impulse(limited)
	return limited


func _twist(body: RigidBody3D, impulse: Vector3, seconds: float) -> Vector3:
	var limited := impulse.limit_length(_max_force * seconds)
	body.apply_torque_impulse(limited)
	return limited


func _frame() -> Transform3D:
	return Transform3D(_holder.global_basis.orthonormalized(), _holder.global_position)


func _centre(state: PhysicsDirectBodyState3D) -> Vector3:
	return state.transform.origin + state.center_of_mass


## The rotation from [param from] to [param to], as its axis times its angle.
func _rotation(to: Basis, from: Basis) -> Vector3:
	var turn := (to * from.transposed()).get_rotation_quaternion()
	var angle := turn.get_angle()
	if angle < 1e-5:  # the axis of no rotation is any
		return Vector3.ZERO
	return turn.get_axis() * wrapf(angle, -PI, PI)


## The inertia of which this is the inverse; around an axis that is not locked no more than that,
## if others are.
func _inertia(inverse: Basis) -> Basis:
	var trace := inverse.x.x + inverse.y.y + inverse.z.z
	if inverse.determinant() > _LOCKED * trace ** 3:
		return inverse.inverse()
	return Basis.from_scale(Vector3.ONE / trace if trace > 0.0 else Vector3.ZERO)


func _sum(a: Basis, b: Basis) -> Basis:
	return Basis(a.x + b.x, a.y + b.y, a.z + b.z)
