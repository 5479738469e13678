@tool
@icon("../icons/zoo_target_sensor_2d.svg")
class_name ZooTargetSensor2D
extends "target_sensor.gd"
## Where a target is, seen from the body: x (forward), y (right), distance, visible.
##
## The position is divided by [member max_distance] and clipped to [-1, 1], the distance to
## [0, 1]. Visible is 1.0 if there is a target and nothing stands in the line of sight (with
## [member check_line_of_sight]). Without a target, or when it was freed, all four are zero.

## The target, relative to this sensor.
@export_node_path("Node2D") var target_path: NodePath
## Distance that is observed as 1.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var max_distance: float = 500.0
## Layers of the bodies that block the view. The agent's own body and the target do not.
@export_flags_2d_physics var line_of_sight_mask: int = 1
## Where the line of sight starts and ends, in the frames of the body and of the target [px].
@export var eye: Vector2 = Vector2.ZERO

var _ray: RayCast2D


func _size() -> int:
	return 4


func _low() -> PackedFloat32Array:
	return [-1.0, -1.0, 0.0, 0.0]


func _body() -> Node:
	return body_2d()


func _body_class() -> String:
	return "Node2D"


func _path() -> NodePath:
	return target_path


func _distance_squared(from: Node, to: Node) -> float:
	if not to is Node2D:
		return INF
	var away := (to as Node2D).global_position - (from as Node2D).global_position
	return away.length_squared()


func _sees(from: Node, to: Node) -> bool:
	var target := to as Node2D
	if not is_instance_valid(_ray):
		_ray = Rays.make_2d(from as Node2D, eye, line_of_sight_mask)
	_ray.target_position = _ray.to_local(target.to_global(eye))
	_ray.force_raycast_update()
	return not _ray.is_colliding() or Targets.is_part(_ray.get_collider() as Node, target)


func _write(buffer: PackedFloat32Array, offset: int, from: Node, to: Node) -> void:
	var body := from as Node2D
	var away := ((to as Node2D).global_position - body.global_position) / max_distance
	var seen := away.rotated(-body.global_rotation).clampf(-1.0, 1.0)
	buffer[offset] = seen.x
	buffer[offset + 1] = seen.y
	buffer[offset + 2] = minf(away.length(), 1.0)
