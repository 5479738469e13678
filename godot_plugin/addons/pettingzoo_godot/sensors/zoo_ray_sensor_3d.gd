@tool
@icon("../icons/zoo_ray_sensor_3d.svg")
class_name ZooRaySensor3D
extends "ray_sensor.gd"
## Sees how near things are in a fan of rays around the body's forward direction (-Z).
##
## Row by row from top to bottom, in a row from left to right, for each ray: how close the first
## thing hit is (1: touching, 0: nothing within [member length]), then for each entry of
## [member channel_layers] and of [member channel_groups] 1.0 if that thing belongs to it, else
## 0.0. The body itself is not seen.

const View3D := preload("debug_view_3d.gd")

## Number of rows, one above the other.
@export_range(1, 90, 1, "or_greater", "suffix:rows") var rows: int = 1
## Angle between the highest and the lowest row; a single row is level.
@export_range(0.0, 180.0, 0.1, "suffix:°") var vertical_field_of_view: float = 30.0
## How far the rays reach, in the body's own scale.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m") var length: float = 10.0
## Radius of a ray, in the body's own scale; 0: a line. Thick rays find what lines pass by, measure
## to 1/256 of their length, and cost some twenty times as much. What reaches into their start is
## not seen: keep it smaller than the body.
@export_range(0.0, 10.0, 0.01, "or_greater", "suffix:m") var thickness: float = 0.0
## Where the rays start, in the body's frame [m]. At the height of a character's feet, level rays
## would run in the floor.
@export var origin: Vector3 = Vector3.ZERO
## Layers that stop a ray.
@export_flags_3d_physics var collision_mask: int = 1
## One channel each: 1.0 if what was hit is on any layer of this mask.
@export_flags_3d_physics var channel_layers: Array[int] = []

var _ray: RayCast3D
var _thick: ShapeCast3D  # in its place, with a thickness
var _ends: PackedVector3Array = []


func _size() -> int:
	return rays * rows * (1 + channel_layers.size() + channel_groups.size())


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not is_instance_valid(_ray) and not is_instance_valid(_thick) and not _set_up():
		return
	var stride := 1 + channel_layers.size() + channel_groups.size()
	if _thick != null:
		_cast_thick(buffer, offset, stride)
	else:
		_cast(buffer, offset, stride)
	if _view != null:
		_note(buffer, offset, stride)


func _cast(buffer: PackedFloat32Array, offset: int, stride: int) -> void:
	var ray := _ray
	var from := ray.global_position
	var per_length := 1.0 / ray.global_basis.x.length() / length
	var has_layers := not channel_layers.is_empty()
	for end in _ends:
		ray.target_position = end
		ray.force_raycast_update()
		if ray.is_colliding():
			var distance := from.distance_to(ray.get_collision_point())
			buffer[offset] = maxf(0.0, 1.0 - distance * per_length)
			if stride > 1:
				var layers := (
					Rays.layers_3d(ray.get_collider(), ray.get_collider_rid()) if has_layers else 0
				)
				_write_channels(buffer, offset + 1, ray.get_collider() as Node, layers)
		else:
			for i in stride:
				buffer[offset + i] = 0.0
		offset += stride


func _cast_thick(buffer: PackedFloat32Array, offset: int, stride: int) -> void:
	var has_layers := not channel_layers.is_empty()
	for end in _ends:
		_thick.target_position = end
		_thick.force_shapecast_update()
		if _thick.is_colliding():
			buffer[offset] = 1.0 - _thick.get_closest_collision_safe_fraction()
			if stride > 1:
				var hit := _thick.get_collider(0)
				var layers := Rays.layers_3d(hit, _thick.get_collider_rid(0)) if has_layers else 0
				_write_channels(buffer, offset + 1, hit as Node, layers)
		else:
			for i in stride:
				buffer[offset + i] = 0.0
		offset += stride


func _set_up() -> bool:
	var body := body_3d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node3D.")
		return false
	if thickness > 0.0:
		_thick = Rays.make_thick_3d(body, origin, thickness, collision_mask)
		_thick.collide_with_bodies = collide_with_bodies
		_thick.collide_with_areas = collide_with_areas
	else:
		_ray = Rays.make_3d(body, origin, collision_mask)
		_ray.collide_with_bodies = collide_with_bodies
		_ray.collide_with_areas = collide_with_areas
	_masks = channel_layers
	_ends = _fan()
	return true


## Where the rays end, in the frame of the body, from the origin.
func _fan() -> PackedVector3Array:
	var ends := PackedVector3Array()
	for pitch in Rays.fan(rows, vertical_field_of_view):
		for yaw in Rays.fan(rays, field_of_view):
			ends.append(Basis.from_euler(Vector3(-pitch, -yaw, 0.0)) * Vector3.FORWARD * length)
	return ends


func _make_view() -> Node:
	return View3D.new(_paint)


func _paint(view: View3D) -> void:
	var body := body_3d()
	if body == null or not body.is_inside_tree():
		return
	_read_for_view()
	var ends := _fan()
	var is_read := _closeness.size() == ends.size()
	var frame := body.global_transform
	for i in ends.size():
		var closeness := _closeness[i] if is_read else 0.0
		var end := frame * (origin + ends[i] * (1.0 - closeness))
		view.line(frame * origin, end, View.SEEN if closeness > 0.0 else View.FREE)


func _get_configuration_warnings() -> PackedStringArray:
	return _warnings(body_3d(), "Node3D", collision_mask)
