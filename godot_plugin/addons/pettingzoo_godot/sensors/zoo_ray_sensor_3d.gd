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

## Number of rows, one above the other.
@export_range(1, 90, 1, "or_greater", "suffix:rows") var rows: int = 1
## Angle between the highest and the lowest row; a single row is level.
@export_range(0.0, 180.0, 0.1, "suffix:°") var vertical_field_of_view: float = 30.0
## How far the rays reach, in the body's own scale.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m") var length: float = 10.0
## Where the rays start, in the body's frame [m]. At the height of a character's feet, level rays
## would run in the floor.
@export var origin: Vector3 = Vector3.ZERO
## Layers that stop a ray.
@export_flags_3d_physics var collision_mask: int = 1
## One channel each: 1.0 if what was hit is on any layer of this mask.
@export_flags_3d_physics var channel_layers: Array[int] = []

var _ray: RayCast3D
var _ends: PackedVector3Array = []
var _mesh: ImmediateMesh  # for debug_draw


func _size() -> int:
	return rays * rows * (1 + channel_layers.size() + channel_groups.size())


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not is_instance_valid(_ray) and not _set_up():
		return
	var ray := _ray
	var from := ray.global_position
	var per_length := 1.0 / ray.global_basis.x.length() / length
	var has_layers := not channel_layers.is_empty()
	var stride := 1 + channel_layers.size() + channel_groups.size()
	for end in _ends:
		ray.target_position = end
		ray.force_raycast_update()
		if ray.is_colliding():
			var distance := from.distance_to(ray.get_collision_point())
			buffer[offset] = maxf(0.0, 1.0 - distance * per_length)
			if stride > 1:
				var layers := Rays.layers_3d(ray) if has_layers else 0
				_write_channels(buffer, offset + 1, ray.get_collider() as Node, layers)
		else:
			for i in stride:
				buffer[offset + i] = 0.0
		offset += stride
	if debug_draw:
		_show(buffer, offset - _size(), stride)


func _set_up() -> bool:
	var body := body_3d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node3D.")
		return false
	_ray = Rays.make_3d(body, origin, collision_mask)
	_ray.collide_with_bodies = collide_with_bodies
	_ray.collide_with_areas = collide_with_areas
	_masks = channel_layers
	_ends.clear()
	for pitch in Rays.fan(rows, vertical_field_of_view):
		for yaw in Rays.fan(rays, field_of_view):
			_ends.append(Basis.from_euler(Vector3(-pitch, -yaw, 0.0)) * Vector3.FORWARD * length)
	return true


func _show(buffer: PackedFloat32Array, offset: int, stride: int) -> void:
	if not Rays.has_window():
		return
	if _mesh == null:
		_make_mesh()
	_mesh.clear_surfaces()
	_mesh.surface_begin(Mesh.PRIMITIVE_LINES)
	for i in _ends.size():
		var closeness := buffer[offset + i * stride]
		_mesh.surface_set_color(Color.RED if closeness > 0.0 else Color.LIME_GREEN)
		_mesh.surface_add_vertex(Vector3.ZERO)
		_mesh.surface_add_vertex(_ends[i] * (1.0 - closeness))
	_mesh.surface_end()


func _make_mesh() -> void:
	var material := StandardMaterial3D.new()
	material.shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
	material.vertex_color_use_as_albedo = true
	_mesh = ImmediateMesh.new()
	var instance := MeshInstance3D.new()
	instance.mesh = _mesh
	instance.material_override = material
	_ray.add_child(instance)


func _get_configuration_warnings() -> PackedStringArray:
	return _warnings(body_3d(), "Node3D", collision_mask)
