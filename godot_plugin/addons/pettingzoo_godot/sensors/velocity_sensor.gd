extends ZooSensor
## What the velocity sensors of 2D and 3D share.

## Whether the rotation speed is observed, too; in 3D around each axis.
@export var include_angular: bool = false
## Rotation speed that is observed as 1; positive is clockwise in 2D, and in 3D counter-clockwise
## around its axis.
@export_range(1.0, 3600.0, 0.1, "or_greater", "suffix:°/s") var max_angular_speed: float = 360.0
## Whether the axes are the body's, its forward direction among them; otherwise they are the
## world's.
@export var in_body_frame: bool = true
## Whether faster movements are observed as 1 or -1; otherwise the values have no bounds.
@export var bounded: bool = true

var _has_previous: bool = false  # of this episode


func _low() -> PackedFloat32Array:
	return _filled(-1.0 if bounded else -INF)


func _high() -> PackedFloat32Array:
	return _filled(1.0 if bounded else INF)


func _reset() -> void:
	_has_previous = false


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var body := _body()
	if body == null:
		_fail("no body whose velocity to read: place the ZooAgent below a %s." % _body_class())
		return
	if not _has_previous:
		_has_previous = true
		_remember(body)
	_write(buffer, offset, body)
	if bounded:
		for i in range(offset, offset + _size()):
			buffer[i] = clampf(buffer[i], -1.0, 1.0)
	_remember(body)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _body() == null:
		warnings.append(
			"Only a body has a velocity: place the ZooAgent below a %s." % _body_class()
		)
	return warnings


## What moves; null if there is none.
func _body() -> Node:
	return null


func _body_class() -> String:
	return ""


## Keeps where the body is, to see how far it comes.
func _remember(_of: Node) -> void:
	pass


func _write(_buffer: PackedFloat32Array, _offset: int, _of: Node) -> void:
	pass
