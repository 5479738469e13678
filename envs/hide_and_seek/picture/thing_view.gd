extends Node3D
## How a box or a ramp looks, and for whom it is locked: a padlock and a frame in the side's colour.

const Crate := preload("crate.gdshader")
const Layout := preload("../layout.gd")
const Paint := preload("paint.gd")
const Thing := preload("../thing.gd")

const _EDGE := 0.025  # m, that a wedge's bars stand out

var _thing: Thing
var _crate: ShaderMaterial
var _padlock: Node3D
var _lock_parts: Array[MeshInstance3D] = []


func _init(thing: Thing) -> void:
	_thing = thing
	_crate = ShaderMaterial.new()
	_crate.shader = Crate
	var size := Vector3(thing.footprint.x, Layout.HEIGHT, thing.footprint.y)
	_crate.set_shader_parameter("half_size", 0.5 * size)
	_crate.set_shader_parameter("panel", Paint.RAMP if thing.is_ramp else Paint.BOX)
	var body := MeshInstance3D.new()
	body.mesh = _wedge(size) if thing.is_ramp else Paint.box(size)
	body.material_override = _crate
	add_child(body)
	_add_padlock()


## Shows what is.
func update() -> void:
	var side := _thing.lockable.locked_by
	var color := Paint.RAMP if _thing.is_ramp else Paint.BOX
	var frame := color.darkened(0.18)
	if side != &"":
		frame = Paint.of_side(side)
		color = color.lerp(frame, 0.18)
	_crate.set_shader_parameter("panel", color)
	_crate.set_shader_parameter("frame", frame)
	_padlock.visible = side != &""
	_padlock.position = _thing.position + Vector3.UP * (0.5 * Layout.HEIGHT + 0.03)
	for part in _lock_parts:
		part.material_override = Paint.material(frame.darkened(0.1))


## Lies flat on top, upright in the picture whatever way the thing is turned.
func _add_padlock() -> void:
	_padlock = Node3D.new()
	_padlock.top_level = true
	add_child(_padlock)
	var bow := Vector3(0.0, 0.03, -0.06)
	_lock_parts.append(Paint.add(_padlock, Paint.ring(0.085, 0.145), Paint.INK, bow))
	var body := Paint.box(Vector3(0.36, 0.1, 0.27))
	_lock_parts.append(Paint.add(_padlock, body, Paint.INK, Vector3(0.0, 0.03, 0.1)))
	Paint.add(_padlock, Paint.ball(0.05, 0.06), Color.WHITE, Vector3(0.0, 0.08, 0.1))


## As high as a wall at +z, flat at -z.
func _wedge(size: Vector3) -> ArrayMesh:
	var half := 0.5 * size
	var low := [Vector3(-half.x, -half.y, -half.z), Vector3(half.x, -half.y, -half.z)]
	var foot := [Vector3(-half.x, -half.y, half.z), Vector3(half.x, -half.y, half.z)]
	var top := [Vector3(-half.x, half.y, half.z), Vector3(half.x, half.y, half.z)]
	var tool := SurfaceTool.new()
	tool.begin(Mesh.PRIMITIVE_TRIANGLES)
	tool.set_smooth_group(-1)
	for corners: Array in [
		[low[0], low[1], top[1], top[0]],
		[foot[0], top[0], top[1], foot[1]],
		[low[0], top[0], foot[0]],
		[low[1], foot[1], top[1]],
	]:
		for i in range(1, corners.size() - 1):
			for corner: Vector3 in [corners[0], corners[i], corners[i + 1]]:
				tool.add_vertex(corner)
	tool.generate_normals()
	return tool.commit()
