@tool
@icon("../icons/zoo_ray_sensor_3d.svg")
class_name ZooRaySensor3D
extends ZooSensor
## Sees how near things are in a fan of rays around the body's forward direction (-Z).
##
## Row by row from top to bottom, in a row from left to right, for each ray: how close the first
## thing hit is (1: touching, 0: nothing within [member length]), then for each entry of
## [member channel_layers] and of [member channel_groups] 1.0 if that thing belongs to it, else
## 0.0. The body itself is not seen.

const Rays := preload("rays.gd")

## Number of rays in each row.
@export_range(1, 360, 1, "or_greater", "suffix:rays") var rays: int = 8
## Number of rows, one above the other.
@export_range(1, 90, 1, "or_greater", "suffix:rows") var rows: int = 1
## Angle between the first and the last ray of a row; 360: all around.
@export_range(0.0, 360.0, 0.1, "suffix:°") var field_of_view: float = 180.0
## Angle between the highest and the lowest row; a single row is level.
@export_range(0.0, 180.0, 0.1, "suffix:°") var vertical_field_of_view: float = 30.0
## How far the rays reach, in the body's own scale.
@export_range(0.01, 1000.0, 0.01, "or_greater", "suffix:m") var length: float = 10.0
## Where the rays start, in the body's frame [m]. At the height of a character's feet, level rays
## would run in the floor.
@export var origin: Vector3 = Vector3.ZERO
## Layers that stop a ray.
@export_flags_3d_physics var collision_mask: int = 1
## Whether bodies stop a ray.
@export var collide_with_bodies: bool = true
## Whether areas stop a ray.
@export var collide_with_areas: bool = false
## One channel each: 1.0 if what was hit is on any layer of this mask.
@export_flags_3d_physics var channel_layers: Array[int] = []
## One channel each: 1.0 if the node that was hit is in this group.
@export var channel_groups: Array[StringName] = []
## Draws the rays, red where they hit, when the scene runs in a window.
@export var debug_draw: bool = false

var _ray: RayCast3D
var _ends: PackedVector3Array = []
var _mesh: ImmediateMesh  # for debug_draw


func _size() -> int:
	return rays * rows * (1 + channel_layers.size() + channel_groups.size())


func _low() -> PackedFloat32Array:
	return _filled(0.0)


func _high() -> PackedFloat32Array:
	return _filled(1.0)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not is_instance_valid(_ray) and not _set_up():
		return
	var ray := _ray
	var from := ray.global_position
	var per_length := 1.0 / ray.global_basis.x.length() / length
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
		var layers := Rays.layers_3d(_ray)
		for mask in channel_layers:
			buffer[offset] = 1.0 if layers & mask != 0 else 0.0
			offset += 1
	var hit := _ray.get_collider() as Node
	for group in channel_groups:
		buffer[offset] = 1.0 if hit != null and hit.is_in_group(group) else 0.0
		offset += 1


func _set_up() -> bool:
	var body := body_3d()
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node3D.")
		return false
	_ray = Rays.make_3d(body, origin, collision_mask)
	_ray.collide_with_bodies = collide_with_bodies
	_ray.collide_with_areas = collide_with_areas
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
	var warnings := super()
	if body_3d() == null:
		warnings.append("The rays start at a body: place the ZooAgent below a Node3D.")
	if collision_mask == 0 or not (collide_with_bodies or collide_with_areas):
		warnings.append("The rays hit nothing: set a collision mask, and bodies or areas.")
	return warnings
