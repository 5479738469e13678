@tool
@icon("../icons/zoo_target_sensor_3d.svg")
class_name ZooTargetSensor3D
extends "target_sensor.gd"
## Where a target is, seen from the body: x (right), y (up), z (-z: forward), distance, visible.
##
## The position is divided by [member max_distance] and clipped to [-1, 1], the distance to
## [0, 1]. Visible is 1.0 if there is a target and nothing stands in the line of sight (with
## [member check_line_of_sight]). Without a target, or when it was freed, all five are zero.

## The target, relative to this sensor.
@export_node_path("Node3D") var target_path: NodePath
## Distance that is observed as 1.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m") var max_distance: float = 20.0
## Layers of the bodies that block the view. The agent's own body and the target do not.
@export_flags_3d_physics var line_of_sight_mask: int = 1
## Where the line of sight starts and ends, in the frames of the body and of the target [m]: at the
## height of a character's feet, the floor would be in the way.
@export var eye: Vector3 = Vector3.ZERO

var _ray: RayCast3D


func _size() -> int:
	return 5


func _low() -> PackedFloat32Array:
	return [-1.0, -1.0, -1.0, 0.0, 0.0]


func _body() -> Node:
	return body_3d()


func _body_class() -> String:
	return "Node3D"


func _path() -> NodePath:
	return target_path


func _distance_squared(from: Node, to: Node) -> float:
	if not to is Node3D:
		return INF
	var away := (to as Node3D).global_position - (from as Node3D).global_position
	return away.length_squared()


func _sees(from: Node, to: Node) -> bool:
	var target := to as Node3D
	if not is_instance_valid(_ray):
		_ray = Rays.make_3d(from as Node3D, eye, line_of_sight_mask)
	_ray.target_position = _ray.to_local(target.to_global(eye))
	_ray.force_raycast_update()
	return not _ray.is_colliding() or Targets.is_part(_ray.get_collider() as Node, target)


func _write(buffer: PackedFloat32Array, offset: int, from: Node, to: Node) -> void:
	var body := from as Node3D
	var away := ((to as Node3D).global_position - body.global_position) / max_distance
	# A vector times an orthonormal basis is rotated by its inverse.
	var seen := (away * body.global_basis.orthonormalized()).clampf(-1.0, 1.0)
	buffer[offset] = seen.x
	buffer[offset + 1] = seen.y
	buffer[offset + 2] = seen.z
	buffer[offset + 3] = minf(away.length(), 1.0)
