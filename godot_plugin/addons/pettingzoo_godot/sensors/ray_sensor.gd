extends "drawn_sensor.gd"
## What the ray sensors of 2D and 3D share.
##
## Each casts its rays in a loop of its own, because it knows the class of its node: calls that find
## it out cost a ray 30 to 60 % more.

## Number of rays; in 3D, in each row.
@export_range(1, 360, 1, "or_greater", "suffix:rays") var rays: int = 8
## Angle between the first and the last ray; 360: all around.
@export_range(0.0, 360.0, 0.1, "suffix:°") var field_of_view: float = 180.0
## Whether bodies stop a ray.
@export var collide_with_bodies: bool = true
## Whether areas stop a ray.
@export var collide_with_areas: bool = false
## One channel each: 1.0 if the node that was hit is in this group.
@export var channel_groups: Array[StringName] = []

var _masks: Array[int] = []  # channel_layers
var _closeness: PackedFloat32Array = []  # of each ray, for debug_draw


func _low() -> PackedFloat32Array:
	return _filled(0.0)


func _high() -> PackedFloat32Array:
	return _filled(1.0)


## The channels stay exact.
func _add_noise(buffer: PackedFloat32Array, offset: int) -> void:
	var stride := 1 + _masks.size() + channel_groups.size()
	for i in range(0, _size(), stride):
		_disturb(buffer, offset + i, 1, i)


## Writes what was hit: whether any of its [param layers] is in each of [member _masks], whether it
## is in each group.
func _write_channels(buffer: PackedFloat32Array, offset: int, hit: Node, layers: int) -> void:
	for mask in _masks:
		buffer[offset] = 1.0 if layers & mask != 0 else 0.0
		offset += 1
	for group in channel_groups:
		buffer[offset] = 1.0 if hit != null and hit.is_in_group(group) else 0.0
		offset += 1


## Keeps what is drawn next, of readings [param stride] floats apart.
func _note(buffer: PackedFloat32Array, offset: int, stride: int) -> void:
	_closeness.clear()
	for i in range(offset, offset + _size(), stride):
		_closeness.append(buffer[i])


func _warnings(body: Node, body_class: String, collision_mask: int) -> PackedStringArray:
	var warnings := super._get_configuration_warnings()
	if body == null:
		warnings.append("The rays start at a body: place the ZooAgent below a %s." % body_class)
	if collision_mask == 0 or not (collide_with_bodies or collide_with_areas):
		warnings.append("The rays hit nothing: set a collision mask, and bodies or areas.")
	return warnings
