@tool
@icon("../icons/zoo_ray_sensor_2d.svg")
class_name ZooRaySensor2D
extends ZooSensor
## Sees how near things are in a fan of rays around the body's forward direction (+X).
##
## From left to right, for each ray: how close the first thing hit is (1: touching, 0: nothing
## within [member length]), then for each entry of [member channel_layers] and of
## [member channel_groups] 1.0 if that thing belongs to it, else 0.0. The body itself is not seen.

const Rays := preload("rays.gd")

## Number of rays.
@export_range(1, 360, 1, "or_greater", "suffix:rays") var rays: int = 8
## Angle between the first and the last ray; 360: all around.
@export_range(0.0, 360.0, 0.1, "suffix:°") var field_of_view: float = 180.0
## How far the rays reach, in the body's own scale.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var length: float = 200.0
## Where the rays start, in the body's frame [px].
@export var origin: Vector2 = Vector2.ZERO
## Layers that stop a ray.
@export_flags_2d_physics var collision_mask: int = 1
## Whether bodies stop a ray.
@export var collide_with_bodies: bool = true
## Whether areas stop a ray.
@export var collide_with_areas: bool = false
## One channel each: 1.0 if what was hit is on any layer of this mask.
@export_flags_2d_physics var channel_layers: Array[int] = []
## One channel each: 1.0 if the node that was hit is in this group.
@export var channel_groups: Array[StringName] = []
## Draws the rays, red where they hit, when the scene runs in a window.
@export var debug_draw: bool = false

var _ray: RayCast2D
var _ends: PackedVector2Array = []
var _shown: PackedFloat32Array = []  # the part of each ray before its hit, for debug_draw


func _size() -> int:
	return rays * (1 + channel_layers.size() + channel_groups.size())


func _low() -> PackedFloat32Array:
	return _filled(0.0)


func _high() -> PackedFloat32Array:
	return _filled(1.0)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not is_instance_valid(_ray) and not _set_up():
		return
	var ray := _ray
	var from := ray.global_position
	var per_length := 1.0 / ray.global_transform.x.length() / length
	var has_channels := not channel_layers.is_empty() or not channel_groups.is_empty()
	var stride := 1 + channel_layers.size() + channel_groups.size()
	for end in _ends:
		ray.target_position = end
		ray.force_raycast_update()
		if ray.is_colliding():
			var distance := from.distance_to(ray.get_collision_point())
			buffer[offset] = maxf(0.0, 1.0 - distance * per_length)
			if has_channels:
				_write_channels(buffer, offset + 1)
		else:
			for i in stride:
				buffer[offset + i] = 0.0
		offset += stride
	if debug_draw:
		_show(buffer, offset - _size(), stride)


func _write_channels(buffer: PackedFloat32Array, offset: int) -> void:
	if not channel_layers.is_empty():
		var layers := Rays.layers_2d(_ray)
		for mask in channel_layers:
			buffer[offset] = 1.0 if layers & mask != 0 else 0.0
			offset += 1
	var hit := _ray.get_collider() as Node
	for group in channel_groups:
		buffer[offset] = 1.0 if hit != null and hit.is_in_group(group) else 0.0
		offset += 1


func _set_up() -> bool:
	var body := body_2d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return false
	_ray = Rays.make_2d(body, origin, collision_mask)
	_ray.collide_with_bodies = collide_with_bodies
	_ray.collide_with_areas = collide_with_areas
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
	var warnings := super()
	if body_2d() == null:
		warnings.append("The rays start at a body: place the ZooAgent below a Node2D.")
	if collision_mask == 0 or not (collide_with_bodies or collide_with_areas):
		warnings.append("The rays hit nothing: set a collision mask, and bodies or areas.")
	return warnings
