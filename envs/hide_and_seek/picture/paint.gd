extends RefCounted
## Colours, materials and meshes of the picture.

const Player := preload("../player.gd")

const BACKGROUND := Color("dfe7ef")
const INK := Color("26323f")
const WALL := Color("9fb3c8")
const BOX := Color("f6b93b")
const RAMP := Color("78c26a")
const HIDER := Color("2f7df6")
const SEEKER := Color("f04438")
const MARK := Color("ffd400")

static var _materials: Dictionary[Color, StandardMaterial3D] = {}


## The colour of a side.
static func of_side(side: StringName) -> Color:
	return HIDER if side == Player.HIDERS else SEEKER


## A matt material of this colour; see-through and unlit if the colour is.
static func material(color: Color) -> StandardMaterial3D:
	if not _materials.has(color):
		var made := StandardMaterial3D.new()
		made.albedo_color = color
		made.roughness = 0.85
		made.metallic_specular = 0.25
		if color.a < 1.0:
			made.transparency = BaseMaterial3D.TRANSPARENCY_ALPHA
			made.shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
			made.cull_mode = BaseMaterial3D.CULL_DISABLED
		_materials[color] = made
	return _materials[color]


## A mesh of this colour below [param parent], at [param place].
static func add(
	parent: Node3D, mesh: Mesh, color: Color, place: Vector3 = Vector3.ZERO
) -> MeshInstance3D:
	var instance := MeshInstance3D.new()
	instance.mesh = mesh
	instance.material_override = material(color)
	instance.position = place
	if color.a < 1.0:
		instance.cast_shadow = GeometryInstance3D.SHADOW_CASTING_SETTING_OFF
	parent.add_child(instance)
	return instance


## A box of this size.
static func box(size: Vector3) -> BoxMesh:
	var mesh := BoxMesh.new()
	mesh.size = size
	return mesh


## A ball, or an egg of another height.
static func ball(radius: float, height: float = 0.0) -> SphereMesh:
	var mesh := SphereMesh.new()
	mesh.radius = radius
	mesh.height = height if height > 0.0 else 2.0 * radius
	mesh.radial_segments = 24
	mesh.rings = 12
	return mesh


## A flat ring.
static func ring(inner: float, outer: float) -> TorusMesh:
	var mesh := TorusMesh.new()
	mesh.inner_radius = inner
	mesh.outer_radius = outer
	mesh.rings = 32
	mesh.ring_segments = 6
	return mesh
