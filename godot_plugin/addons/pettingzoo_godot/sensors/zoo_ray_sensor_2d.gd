@tool
@icon("../icons/zoo_ray_sensor_2d.svg")
class_name ZooRaySensor2D
extends "ray_sensor.gd"
## Sees how near things are in a fan of rays around the body's forward direction (+X).
##
## From left to right, for each ray: how close the first thing hit is (1: touching, 0: nothing
## within [member length]), then for each entry of [member channel_layers] and of
## [member channel_groups] 1.0 if that thing belongs to it, else 0.0. The body itself is not seen.

## How far the rays reach, in the body's own scale.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var length: float = 200.0
## Where the rays start, in the body's frame [px].
@export var origin: Vector2 = Vector2.ZERO
## Layers that stop a ray.
@export_flags_2d_physics var collision_mask: int = 1
## One channel each: 1.0 if what was hit is on any layer of this mask.
@export_flags_2d_physics var channel_layers: Array[int] = []

var _ray: RayCast2D
var _ends: PackedVector2Array = []
var _shown: PackedFloat32Array = []  # the part of each ray before its hit, for debug_draw


func _size() -> int:
	return rays * (1 + channel_layers.size() + channel_groups.size())


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not is_instance_valid(_ray) and not _set_up():
		return
	var ray := _ray
	var from := ray.global_position
	var per_length := 1.0 / ray.global_transform.x.length() / length
	var has_layers := not channel_layers.is_empty()
	var stride := 1 + channel_layers.size() + channel_groups.size()
	for end in _ends:
		ray.target_position = end
		ray.force_raycast_update()
		if ray.is_colliding():
			var distance := from.distance_to(ray.get_collision_point())
			buffer[offset] = maxf(0.0, 1.0 - distance * per_length)
			if stride > 1:
				var layers := Rays.layers_2d(ray) if has_layers else 0
				_write_channels(buffer, offset + 1, ray.get_collider() as Node, layers)
		else:
			for i in stride:
				buffer[offset + i] = 0.0
		offset += stride
	if debug_draw:
		_show(buffer, offset - _size(), stride)


func _set_up() -> bool:
	var body := body_2d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return false
	_ray = Rays.make_2d(body, origin, collision_mask)
	_ray.collide_with_bodies = collide_with_bodies
	_ray.collide_with_areas = collide_with_areas
	_masks = channel_layers
	_ends.clear()
	for angle in Rays.fan(rays, field_of_view):
		_ends.append(Vector2.from_angle(angle) * length)
	_ray.draw.connect(_draw_rays)
	return true


func _show(buffer: PackedFloat32Array, offset: int, stride: int) -> void:
	if not Rays.has_window():
		return
	_shown.resize(rays)
	for i in rays:
		_shown[i] = 1.0 - buffer[offset + i * stride]
	_ray.queue_redraw()


func _draw_rays() -> void:
	for i in _shown.size():
		var color := Color.RED if _shown[i] < 1.0 else Color.LIME_GREEN
		_ray.draw_line(Vector2.ZERO, _ends[i] * _shown[i], color)


func _get_configuration_warnings() -> PackedStringArray:
	return _warnings(body_2d(), "Node2D", collision_mask)
