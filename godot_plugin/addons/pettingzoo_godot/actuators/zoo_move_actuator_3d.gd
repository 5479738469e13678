@tool
@icon("../icons/zoo_move_actuator_3d.svg")
class_name ZooMoveActuator3D
extends "move_actuator.gd"
## Moves the agent's body in its own frame: forward is -Z, right is +X, a turn is around +Y.
##
## A [CharacterBody3D] moves at [member speed], falls, and may jump, unless its motion mode is
## floating. A [RigidBody3D] is driven by [member force] and [member torque]: mass, damping and
## friction say how fast it gets. Forces act during the tick in which they are applied: leave
## [member ZooEnvironment.act_mode] at every tick. One of strafe and forward, or both together, is
## as fast or as strong as these say.

@export_group("CharacterBody3D")
## Speed at 1.
@export_range(0.0, 100.0, 0.01, "or_greater", "suffix:m/s") var speed: float = 5.0
## Speed of turning at 1.
@export_range(0.0, 1080.0, 0.1, "or_greater", "suffix:°/s") var turn_speed: float = 180.0
## Speed upwards at the start of a jump.
@export_range(0.0, 100.0, 0.01, "or_greater", "suffix:m/s") var jump_speed: float = 4.5
@export_group("RigidBody3D")
## Force at 1.
@export_range(0.0, 1000.0, 0.01, "or_greater", "suffix:N") var force: float = 20.0
## Torque at 1.
@export_range(0.0, 1000.0, 0.01, "or_greater", "suffix:N m") var torque: float = 2.0
## Speed from which on it pushes no more in the direction of the movement; 0: none.
@export_range(0.0, 100.0, 0.01, "or_greater", "suffix:m/s") var max_speed: float = 0.0

var _character: CharacterBody3D
var _rigid: RigidBody3D


func _reset() -> void:
	var body := Above.body_of(self)
	_character = body as CharacterBody3D
	_rigid = body as RigidBody3D
	if _character == null and _rigid == null:
		_fail("no body to move: place the ZooAgent below a CharacterBody3D or a RigidBody3D.")


func _move(wish: Vector2, around: float, jumps: bool) -> void:
	if _character != null:
		_drive(wish, around, jumps)
	elif _rigid != null:
		_push(wish, around)


func _drive(wish: Vector2, around: float, jumps: bool) -> void:
	var body := _character
	var seconds := body.get_physics_process_delta_time()
	body.rotate_object_local(Vector3.UP, -around * deg_to_rad(turn_speed) * seconds)
	var velocity := body.global_basis.orthonormalized() * (Vector3(wish.y, 0.0, -wish.x) * speed)
	if body.motion_mode == CharacterBody3D.MOTION_MODE_GROUNDED:
		var up := body.up_direction
		velocity = velocity.slide(up) + up * body.velocity.dot(up)
		if not body.is_on_floor():
			velocity += body.get_gravity() * seconds
		elif jumps:
			velocity = velocity.slide(up) + up * jump_speed
	body.velocity = velocity
	body.move_and_slide()


func _push(wish: Vector2, around: float) -> void:
	var basis := _rigid.global_basis.orthonormalized()
	var push := basis * Vector3(wish.y, 0.0, -wish.x)
	if push != Vector3.ZERO:
		if _may_push(_rigid.linear_velocity.dot(push.normalized()), max_speed):
			_rigid.apply_central_force(push * force)
	if around != 0.0:
		_rigid.apply_torque(basis.y * (-around * torque))


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	var body := Above.body_of(self)
	if not (body is CharacterBody3D or body is RigidBody3D):
		warnings.append(
			"No body to move: place the ZooAgent below a CharacterBody3D or a RigidBody3D."
		)
	elif jump and body is RigidBody3D:
		warnings.append("Only a CharacterBody3D jumps.")
	return warnings
