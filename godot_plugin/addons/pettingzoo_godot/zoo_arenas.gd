@icon("icons/zoo_arenas.svg")
class_name ZooArenas
extends Node
## Runs copies of one scene side by side in one engine, each in worlds of its own.
##
## A scene with a [ZooEnvironment] needs none: Python multiplies it by itself. Place this node as a
## scene of its own to watch several arenas as a game, or to train them from the editor. Arenas have
## the same coordinates and do not touch each other: no body, ray, area or light of one is seen by
## another. What a script takes from the whole tree (groups, autoloads, the global random numbers)
## they do share: stay below [method ZooEnvironment.arena_root].

const _LaunchOptions := preload("runtime/launch_options.gd")

## The scene to copy; a [ZooEnvironment] is in it.
@export var scene: PackedScene
## How many copies; Python may ask for another number.
@export_range(1, 4096, 1, "suffix:arenas") var count: int = 1


func _ready() -> void:
	if scene == null:
		push_error("pettingzoo_godot: %s expected a scene to copy; set one." % get_path())
		return
	var options: _LaunchOptions = _LaunchOptions.from_command_line()
	var copies := options.arenas if options.arenas > 0 else count
	var wall: GridContainer = null
	if DisplayServer.get_name() != "headless":
		wall = _make_wall(copies)
	for i in copies:
		var viewport := _make_viewport()
		viewport.name = "Arena%d" % i
		if wall == null:
			viewport.render_target_update_mode = SubViewport.UPDATE_DISABLED
			add_child(viewport)
		else:
			wall.add_child(_frame(viewport))
		viewport.add_child(scene.instantiate())


## The pictures of all arenas, as near to a square as their number allows.
func _make_wall(copies: int) -> GridContainer:
	var wall := GridContainer.new()
	wall.columns = ceili(sqrt(copies))
	wall.set_anchors_preset(Control.PRESET_FULL_RECT)
	add_child(wall)
	return wall


func _frame(viewport: SubViewport) -> SubViewportContainer:
	var frame := SubViewportContainer.new()
	frame.stretch = true
	# A scene is drawn for a whole window.
	var settings := "display/window/size/viewport_%s"
	viewport.size_2d_override = Vector2i(
		ProjectSettings.get_setting(settings % "width"),
		ProjectSettings.get_setting(settings % "height")
	)
	viewport.size_2d_override_stretch = true
	frame.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	frame.size_flags_vertical = Control.SIZE_EXPAND_FILL
	frame.add_child(viewport)
	return frame


func _make_viewport() -> SubViewport:
	var viewport := SubViewport.new()
	viewport.world_2d = World2D.new()
	viewport.world_3d = World3D.new()
	return viewport
