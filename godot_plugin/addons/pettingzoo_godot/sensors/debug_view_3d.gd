extends MeshInstance3D
## Lines and faces in the world's frame [m] that show what a sensor sees.
##
## A node of the scene, so that every viewport with this world shows it. It paints anew before each
## picture, also before one that is drawn while time stands still.

const View := preload("debug_view.gd")

var _paint: Callable
var _mesh: ImmediateMesh = ImmediateMesh.new()
var _line_points: PackedVector3Array = []
var _line_colors: PackedColorArray = []
var _face_points: PackedVector3Array = []
var _face_colors: PackedColorArray = []


## [param paint] is called with this node before each picture; it calls [method line] and
## [method face].
func _init(paint: Callable) -> void:
	_paint = paint
	var material := StandardMaterial3D.new()
	material.shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
	material.vertex_color_use_as_albedo = true
	material.vertex_color_is_srgb = true
	material.transparency = BaseMaterial3D.TRANSPARENCY_ALPHA
	material.cull_mode = BaseMaterial3D.CULL_DISABLED
	material_override = material
	cast_shadow = GeometryInstance3D.SHADOW_CASTING_SETTING_OFF
	layers = View.LAYER
	mesh = _mesh


func _enter_tree() -> void:
	RenderingServer.frame_pre_draw.connect(_update)


func _exit_tree() -> void:
	RenderingServer.frame_pre_draw.disconnect(_update)


## A line between two points.
func line(from: Vector3, to: Vector3, color: Color) -> void:
	_line_points.append(from)
	_line_points.append(to)
	_line_colors.append(color)
	_line_colors.append(color)


## A convex face, or one that the first of its [param points] sees all of.
func face(points: PackedVector3Array, color: Color) -> void:
	for i in range(2, points.size()):
		for corner: int in [0, i - 1, i]:
			_face_points.append(points[corner])
			_face_colors.append(color)


func _update() -> void:
	_line_points.clear()
	_line_colors.clear()
	_face_points.clear()
	_face_colors.clear()
	View.paint(self, _paint)
	_mesh.clear_surfaces()
	_add_surface(Mesh.PRIMITIVE_TRIANGLES, _face_points, _face_colors)
	_add_surface(Mesh.PRIMITIVE_LINES, _line_points, _line_colors)


func _add_surface(
	primitive: Mesh.PrimitiveType, points: PackedVector3Array, colors: PackedColorArray
) -> void:
	if points.is_empty():
		return
	_mesh.surface_begin(primitive)
	for i in points.size():
		_mesh.surface_set_color(colors[i])
		_mesh.surface_add_vertex(points[i])
	_mesh.surface_end()
