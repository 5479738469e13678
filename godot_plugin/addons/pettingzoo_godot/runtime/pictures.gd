extends RefCounted
## Draws pictures of arenas, only when it is told to: an engine with pictures draws nothing else.
##
## Each arena is in a SubViewport of the pictures' size (see [ZooArenas]). Drawing changes nothing
## but what the renderer knows.

const Arena := preload("arena.gd")
const LaunchOptions := preload("launch_options.gd")
const PointOfView := preload("point_of_view.gd")

var _points_of_view: Array[PointOfView] = []  # by arena
var _drawn_tick: int = 0  # of the last picture


## Whether this engine can draw at all. What needs pictures asks this first.
static func has_renderer() -> bool:
	return DisplayServer.get_name() != "headless"


## Lets [param viewport] draw pictures of this size, of what the project's window shows:
## undistorted, and with more at two sides where its shape is another.
static func fit(viewport: SubViewport, size: Vector2i) -> void:
	var window := Vector2(LaunchOptions.window_size())
	var scale := minf(size.x / window.x, size.y / window.y)
	viewport.size = size
	viewport.size_2d_override = Vector2i((Vector2(size) / scale).round())
	viewport.size_2d_override_stretch = true


## Stops the drawing of every frame; the window that an engine needs is not looked at.
static func draw_on_demand(tree: SceneTree) -> void:
	RenderingServer.render_loop_enabled = false
	tree.physics_interpolation = false  # what is drawn is where it is
	tree.root.title = "pettingzoo_godot draws pictures"
	tree.root.mode = Window.MODE_MINIMIZED


## Draws all viewports that are to be updated. [param tick] is the engine's: shaders and particles
## go on by the simulated time since the last picture.
func draw(tick: int) -> void:
	var seconds := float(tick - _drawn_tick) / Engine.physics_ticks_per_second
	_drawn_tick = tick
	RenderingServer.force_draw(false, seconds)


## Pictures of the arenas [param indices], one after another: RGB, 3 bytes per pixel, rows from top
## to bottom. [param camera] is that of [method PointOfView.take].
func take(
	arenas: Array[Arena], indices: PackedInt32Array, camera: String, tick: int
) -> PackedByteArray:
	while _points_of_view.size() < arenas.size():
		_points_of_view.append(PointOfView.new())
	for i in indices:
		_points_of_view[i].take(arenas[i].environment, camera)
		_viewport_of(arenas[i]).render_target_update_mode = SubViewport.UPDATE_ONCE
	draw(tick)
	var pixels := PackedByteArray()
	for i in indices:
		_points_of_view[i].restore()
		var image := _viewport_of(arenas[i]).get_texture().get_image()
		image.convert(Image.FORMAT_RGB8)
		pixels.append_array(image.get_data())
	return pixels


func _viewport_of(arena: Arena) -> SubViewport:
	return arena.environment.get_viewport()
