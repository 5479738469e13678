extends SceneTree
## Writes a picture of several moments of a scene side by side, and quits:
## [codeblock]
## godot --path tests/engine/scenes --fixed-fps 60 --script res://gallery/strip.gd -- \
##     res://gallery/actuators.tscn OUT.png
## [/codeblock]
## The scene's environment has [code]MOMENTS[/code]: what happens, by the step at which to look. It
## needs a window: on a machine without a display, run it below [code]xvfb-run[/code].

const _GAP := 4  # between two
const _SIZE := Vector2i(320, 240)  # of one moment: the project's window

var _label: Label = Label.new()


func _initialize() -> void:
	var arguments := OS.get_cmdline_user_args()
	root.add_child((load(arguments[0]) as PackedScene).instantiate())
	_label.position = Vector2(10.0, 6.0)
	_label.add_theme_font_size_override(&"font_size", 17)
	root.add_child(_label)
	_take(arguments[1])


func _take(path: String) -> void:
	await process_frame
	var script := _environment().get_script() as Script
	var moments: Dictionary[int, String] = script.get_script_constant_map()["MOMENTS"]
	var strip := Image.create(
		_SIZE.x * moments.size() + _GAP * (moments.size() - 1), _SIZE.y, false, Image.FORMAT_RGB8
	)
	strip.fill(Color.WHITE)
	for step in moments:
		while _environment().step_count < step:
			await physics_frame
		_label.text = moments[step]
		await RenderingServer.frame_post_draw
		var picture := root.get_texture().get_image()
		picture.convert(Image.FORMAT_RGB8)
		var place := Vector2i((_SIZE.x + _GAP) * moments.keys().find(step), 0)
		strip.blit_rect(picture, Rect2i(Vector2i.ZERO, _SIZE), place)
	quit(strip.save_png(path))


## That of this episode: a new one is a new instance.
func _environment() -> ZooEnvironment:
	for node in root.get_children():
		if node is ZooEnvironment:
			return node
	return null
