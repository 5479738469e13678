@tool
@icon("../icons/zoo_velocity_sensor_3d.svg")
class_name ZooVelocitySensor3D
extends "velocity_sensor.gd"
## The body's velocity: x, y and z divided by [member max_speed], and with
## [member include_angular] its rotation speeds around the same axes divided by
## [member max_angular_speed].
##
## A [CharacterBody3D] or [RigidBody3D] knows its velocity; that of any other body is how far it
## came in the last step (zeros in the first observation of an episode), and so is the rotation
## of all but rigid bodies.

## Speed that is observed as 1.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m/s") var max_speed: float = 10.0

var _position: Vector3
var _rotation: Quaternion


func _size() -> int:
	return 6 if include_angular else 3


func _body() -> Node:
	return body_3d()


func _body_class() -> String:
	return "Node3D"


func _write(buffer: PackedFloat32Array, offset: int, of: Node) -> void:
	var body := of as Node3D
	_write_vector(buffer, offset, _linear(body) / max_speed, body)
	if include_angular:
		_write_vector(buffer, offset + 3, _angular(body) / deg_to_rad(max_angular_speed), body)


func _write_vector(buffer: PackedFloat32Array, offset: int, world: Vector3, body: Node3D) -> void:
	# A vector times an orthonormal basis is rotated by its inverse.
	var value := world * body.global_basis.orthonormalized() if in_body_frame else world
	buffer[offset] = value.x
	buffer[offset + 1] = value.y
	buffer[offset + 2] = value.z


func _remember(of: Node) -> void:
	var body := of as Node3D
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
