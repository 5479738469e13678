@tool
@icon("../icons/zoo_velocity_sensor_3d.svg")
class_name ZooVelocitySensor3D
extends ZooSensor
## The body's velocity: x, y and z divided by [member max_speed], and with
## [member include_angular] its rotation speeds around the same axes divided by
## [member max_angular_speed].
##
## A [CharacterBody3D] or [RigidBody3D] knows its velocity; that of any other body is how far it
## came in the last step (zeros in the first observation of an episode), and so is the rotation
## of all but rigid bodies.

## Speed that is observed as 1.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m/s") var max_speed: float = 10.0
## Whether the rotation speeds are observed, too.
@export var include_angular: bool = false
## Rotation speed that is observed as 1; positive is counter-clockwise around its axis.
@export_range(1.0, 3600.0, 0.1, "or_greater", "suffix:°/s") var max_angular_speed: float = 360.0
## Whether x is right, y is up and -z is forward, seen from the body; otherwise they are the
## world's axes.
@export var in_body_frame: bool = true
## Whether faster movements are observed as 1 or -1; otherwise the values have no bounds.
@export var bounded: bool = true

var _position: Vector3
var _rotation: Quaternion
var _has_previous: bool = false  # of this episode


func _size() -> int:
	return 6 if include_angular else 3


func _low() -> PackedFloat32Array:
	return _filled(-1.0 if bounded else -INF)


func _high() -> PackedFloat32Array:
	return _filled(1.0 if bounded else INF)


func _reset() -> void:
	_has_previous = false


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var body := body_3d()
	if body == null:
		_fail("no body whose velocity to read: place the ZooAgent below a Node3D.")
		return
	if not _has_previous:
		_remember(body)
	_write(buffer, offset, _linear(body) / max_speed, body)
	if include_angular:
		_write(buffer, offset + 3, _angular(body) / deg_to_rad(max_angular_speed), body)
	_remember(body)


func _write(buffer: PackedFloat32Array, offset: int, world: Vector3, body: Node3D) -> void:
	# A vector times an orthonormal basis is rotated by its inverse.
	var value := world * body.global_basis.orthonormalized() if in_body_frame else world
	if bounded:
		value = value.clampf(-1.0, 1.0)
	buffer[offset] = value.x
	buffer[offset + 1] = value.y
	buffer[offset + 2] = value.z


func _remember(body: Node3D) -> void:
	_has_previous = true
	_position = body.global_position
	_rotation = body.global_basis.get_rotation_quaternion()


func _linear(body: Node3D) -> Vector3:
	if body is CharacterBody3D:
		return (body as CharacterBody3D).velocity
	if body is RigidBody3D:
		return (body as RigidBody3D).linear_velocity
	return (body.global_position - _position) / step_seconds()


func _angular(body: Node3D) -> Vector3:
	if body is RigidBody3D:
		return (body as RigidBody3D).angular_velocity
	var turn := body.global_basis.get_rotation_quaternion() * _rotation.inverse()
	return turn.get_axis() * wrapf(turn.get_angle(), -PI, PI) / step_seconds()


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if body_3d() == null:
		warnings.append("Only a body has a velocity: place the ZooAgent below a Node3D.")
	return warnings
