extends Node3D
## What people see of the game: nothing of it is made without a screen, and nothing of it is seen by
## the agents.

const Arena := preload("../arena.gd")
const Camera := preload("camera.gd")
const ConeView := preload("cone_view.gd")
const Floor := preload("floor.gdshader")
const Game := preload("../hide_and_seek.gd")
const Hud := preload("hud.gd")
const Layout := preload("../layout.gd")
const Paint := preload("paint.gd")
const PlayerView := preload("player_view.gd")
const ThingView := preload("thing_view.gd")

const _NEAR_WALL := 0.45  # opacity of the outer wall before the camera
const _CAP := 0.03  # m, thickness of the lighter top of a wall

var _players: Array[PlayerView] = []
var _things: Array[ThingView] = []
var _cones: Array[ConeView] = []
var _hud: Hud

@onready var _game: Game = owner
@onready var _camera: Camera = $"../Camera3D"


func _ready() -> void:
	if DisplayServer.get_name() == "headless":
		set_process(false)
		return
	_add_light()
	_add_floor()
	_hud = Hud.new(_game)
	var screen := CanvasLayer.new()
	screen.add_child(_hud)
	add_child(screen)
	get_viewport().msaa_3d = Viewport.MSAA_4X
	_game.episode_started.connect(_on_episode_started)
	_game.picture_due.connect(_update)


func _process(_delta: float) -> void:
	if RenderingServer.render_loop_enabled:  # else it is drawn only when it is due
		_update()


func _update() -> void:
	_camera.frame(get_viewport().get_visible_rect().size, Hud.top_of(get_viewport()))
	for view in _players:
		view.update()
	for view in _things:
		view.update()
	for cone in _cones:
		cone.update(_game.is_any_seen)
	_hud.queue_redraw()


func _on_episode_started() -> void:
	for wall in _game.layout.walls:
		_add_wall(wall)
	for wall in Layout.outer_walls():
		_add_wall(wall, 1.0 if wall.get_center().y < Layout.HALF else _NEAR_WALL)
	for thing in _game.things():
		_things.append(ThingView.new(thing))
		thing.add_child(_things[-1])
	for agent in _game.hiders + _game.seekers:
		_players.append(PlayerView.new(agent))
		agent.player.add_child(_players[-1])
		_cones.append(ConeView.new(agent))
		add_child(_cones[-1])
	_update()


## [param opacity] below 1: what stands behind it can be seen.
func _add_wall(wall: Rect2, opacity: float = 1.0) -> void:
	var middle := Vector3(wall.get_center().x, 0.5 * Layout.HEIGHT, wall.get_center().y)
	var size := Vector3(wall.size.x, Layout.HEIGHT, wall.size.y)
	Paint.add(self, Paint.box(size), Color(Paint.WALL, opacity), middle)
	var cap := Paint.box(Vector3(size.x, _CAP, size.z))
	var top := middle + Vector3.UP * 0.5 * Layout.HEIGHT
	Paint.add(self, cap, Color(Paint.WALL.lightened(0.3), opacity), top)


func _add_light() -> void:
	var world := WorldEnvironment.new()
	world.environment = Environment.new()
	world.environment.background_mode = Environment.BG_COLOR
	world.environment.background_color = Paint.BACKGROUND
	world.environment.ambient_light_source = Environment.AMBIENT_SOURCE_COLOR
	world.environment.ambient_light_color = Color("e6eefc")
	world.environment.ambient_light_energy = 0.32
	add_child(world)
	var sun := DirectionalLight3D.new()
	sun.rotation_degrees = Vector3(-58.0, -32.0, 0.0)
	sun.light_color = Color("fff6e8")
	sun.light_energy = 0.3
	sun.shadow_enabled = true
	sun.shadow_opacity = 0.75
	sun.shadow_blur = 1.5
	sun.directional_shadow_mode = DirectionalLight3D.SHADOW_ORTHOGONAL
	sun.directional_shadow_max_distance = 60.0
	add_child(sun)


func _add_floor() -> void:
	for part: Array in [
		[Layout.HALF + Layout.THICKNESS + Arena.STRIP, "a9bccf", -0.01],
		[Layout.HALF, "e6ebf1", 0.0],
	]:
		var plane := PlaneMesh.new()
		plane.size = Vector2.ONE * 2.0 * float(part[0])
		var material := ShaderMaterial.new()
		material.shader = Floor
		material.set_shader_parameter("ground", Color(str(part[1])))
		material.set_shader_parameter("line", Color(str(part[1])).darkened(0.09))
		var instance := MeshInstance3D.new()
		instance.mesh = plane
		instance.material_override = material
		instance.position.y = part[2]
		add_child(instance)
