extends RefCounted
## From where an arena is drawn: by its scene's own camera, by another one, or from behind an agent.
##
## Only the renderer is told: no node of the scene is changed, none notices.

const LaunchOptions := preload("launch_options.gd")

const _FIELD_OF_VIEW := 60.0  # degrees, behind an agent
const _NEAR := 0.05  # m
const _FAR := 4000.0  # m, as a Camera3D has
# Where the camera behind an agent is, in sizes of its body, and where it looks (by eye).
const _BEHIND := 5.0
const _ABOVE := 4.0
const _AHEAD := 2.0
const _SMALLEST := 0.1  # m, of a body
const _DEFAULT_SIZE := 1.0  # m, of a body without a shape
const _ZOOM := 2.0  # how much larger an agent in 2D is drawn than by the scene's own camera

static var _has_looked: bool = false  # for a camera

var _viewport: Viewport
var _camera: RID  # behind an agent; made on first use
var _is_changed: bool = false
var _widened: Camera3D = null


## Names of the cameras below [param root], in tree order.
static func names_of(root: Node) -> PackedStringArray:
	var names := PackedStringArray()
	for camera in _cameras_of(root):
		if not names.has(camera.name):
			names.append(camera.name)
	return names


static func _cameras_of(root: Node) -> Array[Node]:
	var found: Array[Node] = []
	for node in root.find_children("*", "", true, false):
		if node is Camera2D or node is Camera3D:
			found.append(node)
	return found


func _notification(what: int) -> void:
	if what == NOTIFICATION_PREDELETE and _camera.is_valid():
		RenderingServer.free_rid(_camera)


## Draws the arena of [param environment] from the camera or from behind the agent of this name,
## until [method restore]; by the scene's own camera if there is neither.
func take(environment: ZooEnvironment, name: String) -> void:
	_viewport = environment.get_viewport()
	_is_changed = name != ""
	if not _is_changed:
		_warn_of_no_camera(environment)
		_widen(_viewport.get_camera_3d())
		return
	for agent in environment.agents():
		if agent.resolved_id() == name:
			_follow(agent)
			return
	for camera in _cameras_of(environment.arena_root()):
		if camera.name == name:
			_use(camera)
			return


## Lets the scene's own camera draw again.
func restore() -> void:
	if _widened != null:
		RenderingServer.camera_set_perspective(
			_widened.get_camera_rid(), _widened.fov, _widened.near, _widened.far
		)
		_widened = null
	if not _is_changed:
		return
	var camera := _viewport.get_camera_3d()
	_attach(camera.get_camera_rid() if camera != null else RID())
	_set_canvas_transform(_viewport.canvas_transform)


## Says once why a picture is empty: there is something in 3D, and no camera.
func _warn_of_no_camera(environment: ZooEnvironment) -> void:
	if _has_looked:
		return
	_has_looked = true
	var solid := environment.arena_root().find_children("*", "VisualInstance3D", true, false)
	if _viewport.get_camera_3d() == null and not solid.is_empty():
		push_warning(
			(
				"pettingzoo_godot: the scene has no Camera3D, so pictures of it are empty: add one,"
				+ " or set camera_name to an agent's ID, to look from behind it."
			)
		)


func _use(camera: Node) -> void:
	if camera is Camera3D:
		_attach((camera as Camera3D).get_camera_rid())
		_widen(camera)
		return
	var flat: Camera2D = camera
	var turn := 0.0 if flat.ignore_rotation else flat.global_rotation
	_show(flat.global_position + flat.offset.rotated(turn), flat.zoom, turn)


## Lets a camera see as far to the sides as in the project's window, where the picture is narrower.
func _widen(camera: Camera3D) -> void:
	var window := Vector2(LaunchOptions.window_size()).aspect()
	var picture := _viewport.get_visible_rect().size.aspect()
	if (
		camera != null
		and picture < window
		and camera.projection == Camera3D.PROJECTION_PERSPECTIVE
		and camera.keep_aspect == Camera3D.KEEP_HEIGHT
	):
		_widened = camera
		var side := tan(0.5 * deg_to_rad(camera.fov)) * window / picture
		RenderingServer.camera_set_perspective(
			camera.get_camera_rid(), rad_to_deg(2.0 * atan(side)), camera.near, camera.far
		)


func _follow(agent: ZooAgent) -> void:
	var body: Node = agent
	while body != null and not (body is Node2D or body is Node3D):
		body = body.get_parent()
	if body is Node3D:
		_look_from_behind(body)
	elif body is Node2D:
		var zoom := _viewport.canvas_transform.get_scale() * _ZOOM
		_show((body as Node2D).global_position, zoom, 0.0)


func _look_from_behind(body: Node3D) -> void:
	var extent := _extent_of(body)
	var size := maxf(extent.get_longest_axis_size(), _SMALLEST)
	var middle := body.global_transform * extent.get_center()
	var forward := -body.global_basis.z * Vector3(1.0, 0.0, 1.0)
	# A body that lies on its back looks nowhere.
	forward = Vector3.FORWARD if forward.is_zero_approx() else forward.normalized()
	var place := middle + size * (_ABOVE * Vector3.UP - _BEHIND * forward)
	var view := Transform3D(Basis.IDENTITY, place).looking_at(middle + _AHEAD * size * forward)
	if not _camera.is_valid():
		_camera = RenderingServer.camera_create()
		RenderingServer.camera_set_perspective(_camera, _FIELD_OF_VIEW, _NEAR, _FAR)
	RenderingServer.camera_set_transform(_camera, view)
	_attach(_camera)


## The shapes of a body, in its own coordinates.
func _extent_of(body: Node3D) -> AABB:
	var extent := AABB()
	for node in body.get_children():
		if node is CollisionShape3D and (node as CollisionShape3D).shape != null:
			var shape: CollisionShape3D = node
			var part := shape.transform * shape.shape.get_debug_mesh().get_aabb()
			extent = extent.merge(part) if extent.has_volume() else part
	if extent.has_volume():
		return extent
	return AABB(-0.5 * _DEFAULT_SIZE * Vector3.ONE, _DEFAULT_SIZE * Vector3.ONE)


func _show(middle: Vector2, zoom: Vector2, turn: float) -> void:
	var centre := 0.5 * _viewport.get_visible_rect().size
	var view := Transform2D(0.0, zoom, 0.0, centre) * Transform2D(-turn, Vector2.ZERO)
	_set_canvas_transform(view.translated_local(-middle))


func _attach(camera: RID) -> void:
	RenderingServer.viewport_attach_camera(_viewport.get_viewport_rid(), camera)


func _set_canvas_transform(view: Transform2D) -> void:
	RenderingServer.viewport_set_canvas_transform(
		_viewport.get_viewport_rid(), _viewport.find_world_2d().canvas, view
	)
