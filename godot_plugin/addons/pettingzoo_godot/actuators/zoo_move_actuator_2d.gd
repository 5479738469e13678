@tool
@icon("../icons/zoo_move_actuator_2d.svg")
class_name ZooMoveActuator2D
extends "move_actuator.gd"
## Moves the agent's body in its own frame: forward is +X, right is +Y, a turn is clockwise.
##
## A [CharacterBody2D] moves at [member speed], falls, and may jump, unless its motion mode is
## floating. A [RigidBody2D] is driven by [member force] and [member torque]: mass, damping and
## friction say how fast it gets. Forces act during the tick in which they are applied: leave
## [member ZooEnvironment.act_mode] at every tick. One of strafe and forward, or both together, is
## as fast or as strong as these say.

@export_group("CharacterBody2D")
## Speed at 1.
@export_range(0.0, 10000.0, 0.1, "or_greater", "suffix:px/s") var speed: float = 300.0
## Speed of turning at 1.
@export_range(0.0, 1080.0, 0.1, "or_greater", "suffix:°/s") var turn_speed: float = 180.0
## Speed upwards at the start of a jump.
@export_range(0.0, 10000.0, 0.1, "or_greater", "suffix:px/s") var jump_speed: float = 400.0
@export_group("RigidBody2D")
## Force at 1.
@export_range(0.0, 100000.0, 0.1, "or_greater", "suffix:kg px/s²") var force: float = 1000.0
## Torque at 1.
@export_range(0.0, 10000000.0, 1.0, "or_greater", "suffix:kg px²/s²") var torque: float = 10000.0
## Speed from which on it pushes no more in the direction of the movement; 0: none.
@export_range(0.0, 10000.0, 0.1, "or_greater", "suffix:px/s") var max_speed: float = 0.0

var _character: CharacterBody2D
var _rigid: RigidBody2D


func _reset() -> void:
	var body := Above.body_of(self)
	_character = body as CharacterBody2D
	_rigid = body as RigidBody2D
	if _character == null and _rigid == null:
		_fail("no body to move: place the ZooAgent below a CharacterBody2D or a RigidBody2D.")


func _move(wish: Vector2, around: float, jumps: bool) -> void:
	if _character != null:
		_drive(wish, around, jumps)
	elif _rigid != null:
		_push(wish, around)


func _drive(wish: Vector2, around: float, jumps: bool) -> void:
	var body := _character
	var seconds := body.get_physics_process_delta_time()
	body.rotation += around * deg_to_rad(turn_speed) * seconds
	var velocity := wish.rotated(body.global_rotation) * speed
	if body.motion_mode == CharacterBody2D.MOTION_MODE_GROUNDED:
		var up := body.up_direction
		velocity = velocity.slide(up) + up * body.velocity.dot(up)
		if not body.is_on_floor():
			velocity += body.get_gravity() * seconds
		elif jumps:
			velocity = velocity.slide(up) + up * jump_speed
	body.velocity = velocity
	body.move_and_slide()


func _push(wish: Vector2, around: float) -> void:
	var push := wish.rotated(_rigid.global_rotation)
	if push != Vector2.ZERO:
		if _may_push(_rigid.linear_velocity.dot(push.normalized()), max_speed):
			_rigid.apply_central_force(push * force)
	if around != 0.0:
		_rigid.apply_torque(around * torque)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	var body := Above.body_of(self)
	if not (body is CharacterBody2D or body is RigidBody2D):
		warnings.append(
			"No body to move: place the ZooAgent below a CharacterBody2D or a RigidBody2D."
		)
	elif jump and body is RigidBody2D:
		warnings.append("Only a CharacterBody2D jumps.")
	return warnings
