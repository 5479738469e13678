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
const _Pausable := preload("runtime/pausable.gd")
const _Pictures := preload("runtime/pictures.gd")
# What the project's settings say about the picture of its window, and a viewport does not inherit.
const _LOOKS: Array[StringName] = [
	&"msaa_2d",
	&"msaa_3d",
	&"screen_space_aa",
	&"use_debanding",
	&"canvas_item_default_texture_filter",
	&"canvas_item_default_texture_repeat",
	&"snap_2d_transforms_to_pixel",
	&"snap_2d_vertices_to_pixel",
	&"positional_shadow_atlas_size",
	&"mesh_lod_threshold",
]

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
	var pausable: _Pausable = _Pausable.new()
	var wall: GridContainer = null
	if _Pictures.has_renderer() and options.picture_size == Vector2i.ZERO:
		wall = _make_wall(copies)
	for i in copies:
		var viewport := _make_viewport()
		viewport.name = "Arena%d" % i
		if wall == null:
			viewport.render_target_update_mode = SubViewport.UPDATE_DISABLED
			if options.picture_size != Vector2i.ZERO:
				_Pictures.fit(viewport, options.picture_size)
			add_child(viewport)
		else:
			wall.add_child(_frame(viewport))
		var copy := scene.instantiate()
		pausable.inherit(copy)
		viewport.add_child(copy)


## The pictures of all arenas, as near to a square as their number allows.
func _make_wall(copies: int) -> GridContainer:
	var wall := GridContainer.new()
	wall.columns = ceili(sqrt(copies))
	wall.set_anchors_preset(Control.PRESET_FULL_RECT)
	add_child(wall)
	return wall


## A cell of the wall. A scene is drawn for a whole window: its picture here is that one, smaller.
func _frame(viewport: SubViewport) -> AspectRatioContainer:
	var window := _LaunchOptions.window_size()
	viewport.size_2d_override = window
	viewport.size_2d_override_stretch = true
	var picture := SubViewportContainer.new()
	picture.stretch = true
	picture.add_child(viewport)
	var cell := AspectRatioContainer.new()
	cell.ratio = window.aspect()
	cell.size_flags_horizontal = Control.SIZE_EXPAND_FILL
	cell.size_flags_vertical = Control.SIZE_EXPAND_FILL
	cell.add_child(picture)
	return cell


func _make_viewport() -> SubViewport:
	var viewport := SubViewport.new()
	viewport.world_2d = World2D.new()
	viewport.world_3d = World3D.new()
	for look in _LOOKS:
		viewport.set(look, get_tree().root.get(look))
	return viewport
