@tool
@icon("../icons/zoo_velocity_sensor_2d.svg")
class_name ZooVelocitySensor2D
extends ZooSensor
## The body's velocity: x and y divided by [member max_speed], and with
## [member include_angular] its rotation speed divided by [member max_angular_speed].
##
## A [CharacterBody2D] or [RigidBody2D] knows its velocity; that of any other body is how far it
## came in the last step (zeros in the first observation of an episode), and so is the rotation
## of all but rigid bodies.

## Speed that is observed as 1.
@export_range(0.1, 10000.0, 0.1, "or_greater", "suffix:px/s") var max_speed: float = 400.0
## Whether the rotation speed is observed, too.
@export var include_angular: bool = false
## Rotation speed that is observed as 1; positive is clockwise.
@export_range(1.0, 3600.0, 0.1, "or_greater", "suffix:°/s") var max_angular_speed: float = 360.0
## Whether x is forward and y is right, seen from the body; otherwise they are the world's axes.
@export var in_body_frame: bool = true
## Whether faster movements are observed as 1 or -1; otherwise the values have no bounds.
@export var bounded: bool = true

var _position: Vector2
var _rotation: float = 0.0
var _has_previous: bool = false  # of this episode


func _size() -> int:
	return 3 if include_angular else 2


func _low() -> PackedFloat32Array:
	return _filled(-1.0 if bounded else -INF)


func _high() -> PackedFloat32Array:
	return _filled(1.0 if bounded else INF)


func _reset() -> void:
	_has_previous = false


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var body := body_2d()
	if body == null:
		_fail("no body whose velocity to read: place the ZooAgent below a Node2D.")
		return
	if not _has_previous:
		_remember(body)
	var velocity := _linear(body) / max_speed
	if in_body_frame:
		velocity = velocity.rotated(-body.global_rotation)
	var angular := _angular(body) / deg_to_rad(max_angular_speed)
	if bounded:
		velocity = velocity.clampf(-1.0, 1.0)
		angular = clampf(angular, -1.0, 1.0)
	buffer[offset] = velocity.x
	buffer[offset + 1] = velocity.y
	if include_angular:
		buffer[offset + 2] = angular
	_remember(body)


func _remember(body: Node2D) -> void:
	_has_previous = true
	_position = body.global_position
	_rotation = body.global_rotation


func _linear(body: Node2D) -> Vector2:
	if body is CharacterBody2D:
		return (body as CharacterBody2D).velocity
	if body is RigidBody2D:
		return (body as RigidBody2D).linear_velocity
	return (body.global_position - _position) / step_seconds()


func _angular(body: Node2D) -> float:
	if body is RigidBody2D:
		return (body as RigidBody2D).angular_velocity
	return angle_difference(_rotation, body.global_rotation) / step_seconds()


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if body_2d() == null:
		warnings.append("Only a body has a velocity: place the ZooAgent below a Node2D.")
	return warnings
