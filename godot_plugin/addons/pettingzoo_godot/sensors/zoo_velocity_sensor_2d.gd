@tool
@icon("../icons/zoo_velocity_sensor_2d.svg")
class_name ZooVelocitySensor2D
extends "velocity_sensor.gd"
## The body's velocity: x and y divided by [member max_speed], and with
## [member include_angular] its rotation speed divided by [member max_angular_speed].
##
## A [CharacterBody2D] or [RigidBody2D] knows its velocity; that of any other body is how far it
## came in the last step (zeros in the first observation of an episode), and so is the rotation
## of all but rigid bodies.

## Speed that is observed as 1.
@export_range(0.1, 10000.0, 0.1, "or_greater", "suffix:px/s") var max_speed: float = 400.0

var _position: Vector2
var _rotation: float = 0.0


func _size() -> int:
	return 3 if include_angular else 2


func _body() -> Node:
	return body_2d()


func _body_class() -> String:
	return "Node2D"


func _write(buffer: PackedFloat32Array, offset: int, of: Node) -> void:
	var body := of as Node2D
	var velocity := _linear(body) / max_speed
	if in_body_frame:
		velocity = velocity.rotated(-body.global_rotation)
	buffer[offset] = velocity.x
	buffer[offset + 1] = velocity.y
	if include_angular:
		buffer[offset + 2] = _angular(body) / deg_to_rad(max_angular_speed)


func _remember(of: Node) -> void:
	var body := of as Node2D
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
