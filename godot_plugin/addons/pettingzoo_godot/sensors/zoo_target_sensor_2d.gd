@tool
@icon("../icons/zoo_target_sensor_2d.svg")
class_name ZooTargetSensor2D
extends ZooSensor
## Where a target is, seen from the body: x (forward), y (right), distance, visible.
##
## The position is divided by [member max_distance] and clipped to [-1, 1], the distance to
## [0, 1]. Visible is 1.0 if there is a target and nothing stands in the line of sight (with
## [member check_line_of_sight]). Without a target, or when it was freed, all four are zero.

const Rays := preload("rays.gd")
const Targets := preload("targets.gd")

## The target, relative to this sensor.
@export_node_path("Node2D") var target_path: NodePath
## Without [member target_path]: the nearest node of this group in the agent's own arena.
@export var target_group: StringName = &""
## Distance that is observed as 1.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var max_distance: float = 500.0
## Whether things between body and target make it invisible.
@export var check_line_of_sight: bool = true
## Whether the position and the distance of an invisible target are zero, too.
@export var only_if_visible: bool = false
## Layers of the bodies that block the view. The agent's own body and the target do not.
@export_flags_2d_physics var line_of_sight_mask: int = 1
## Where the line of sight starts and ends, in the frames of the body and of the target [px].
@export var eye: Vector2 = Vector2.ZERO

var _ray: RayCast2D


func _size() -> int:
	return 4


func _low() -> PackedFloat32Array:
	return [-1.0, -1.0, 0.0, 0.0]


func _high() -> PackedFloat32Array:
	return _filled(1.0)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	for i in 4:
		buffer[offset + i] = 0.0
	var body := body_2d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return
	var target := _find(body)
	if target == null:
		return
	var is_visible := not check_line_of_sight or _sees(body, target)
	if only_if_visible and not is_visible:
		return
	var away := (target.global_position - body.global_position) / max_distance
	var seen := away.rotated(-body.global_rotation).clampf(-1.0, 1.0)
	buffer[offset] = seen.x
	buffer[offset + 1] = seen.y
	buffer[offset + 2] = minf(away.length(), 1.0)
	buffer[offset + 3] = 1.0 if is_visible else 0.0


func _find(body: Node2D) -> Node2D:
	if not target_path.is_empty():
		var target := get_node_or_null(target_path) as Node2D
		return target if target != null and not target.is_queued_for_deletion() else null
	var nearest: Node2D = null
	for node in Targets.members(self, target_group):
		var other := node as Node2D
		if other == null:
			continue
		if nearest == null or _is_nearer(other, nearest, body.global_position):
			nearest = other
	return nearest


func _is_nearer(a: Node2D, b: Node2D, to: Vector2) -> bool:
	return a.global_position.distance_squared_to(to) < b.global_position.distance_squared_to(to)


func _sees(body: Node2D, target: Node2D) -> bool:
	if not is_instance_valid(_ray):
		_ray = Rays.make_2d(body, eye, line_of_sight_mask)
	_ray.target_position = _ray.to_local(target.to_global(eye))
	_ray.force_raycast_update()
	return not _ray.is_colliding() or Targets.is_part(_ray.get_collider() as Node, target)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if body_2d() == null:
		warnings.append("A target is seen from a body: place the ZooAgent below a Node2D.")
	if target_path.is_empty() and target_group == &"":
		warnings.append("Set a target path or a target group.")
	return warnings
