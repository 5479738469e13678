extends Node2D
## Draws the arena and both chasers with what they see. Does nothing without a screen.

const Chase := preload("chase.gd")
const Chaser := preload("chaser.gd")
const Sensor := preload("chase_sensor.gd")
const Walls := preload("chase_walls.gd")

## How long a finished round stays in view, in a game [s].
const LOOK_BACK_SECONDS := 0.9
# Colours and widths [px] are a matter of taste.
const _OUTSIDE := Color("12151f")
const _FLOOR := Color("1d2233")
const _GRID := Color("272d42")
const _WALL := Color("c5cde6")
const _GRID_PITCH := 50.0
const _WALL_WIDTH := 5.0

var _hold: float = 0.0  # seconds that the picture still stands
var _sight: PackedFloat32Array = []

@onready var _chase: Chase = owner


func _ready() -> void:
	if DisplayServer.get_name() == "headless":
		hide()
		set_process(false)
		return
	_sight.resize(2 * Sensor.RAYS)
	_chase.episode_started.connect(_on_episode_started)
	_chase.picture_due.connect(_on_picture_due)


func _process(delta: float) -> void:
	if not RenderingServer.render_loop_enabled:
		return  # drawn only when it is due
	_hold -= delta
	if _hold > 0.0 or _chase.seeker.walls == null:
		return
	var ticks := _chase.play_ticks_per_step if _chase.is_played else _chase.ticks_per_step
	var step_seconds := float(ticks) / Engine.physics_ticks_per_second
	for chaser: Chaser in [_chase.seeker, _chase.hider]:
		if _chase.step_count == 0:
			chaser.show_at_once()
		chaser.glide(delta, step_seconds)
	queue_redraw()


func _draw() -> void:
	if _chase.seeker.walls == null:
		return
	_draw_floor()
	_draw_sight(_chase.seeker)
	_draw_sight(_chase.hider)
	_draw_walls()
	_draw_body(_chase.seeker)
	_draw_body(_chase.hider)


func _draw_floor() -> void:
	var half := Walls.HALF
	draw_rect(Rect2(-8.0 * half, -8.0 * half, 16.0 * half, 16.0 * half), _OUTSIDE)
	draw_rect(Rect2(-half, -half, 2.0 * half, 2.0 * half), _FLOOR)
	var at := -half + _GRID_PITCH
	while at < half:
		draw_line(Vector2(at, -half), Vector2(at, half), _GRID, 1.0)
		draw_line(Vector2(-half, at), Vector2(half, at), _GRID, 1.0)
		at += _GRID_PITCH


func _draw_walls() -> void:
	var reach := Walls.HALF + 0.5 * _WALL_WIDTH
	draw_rect(Rect2(-reach, -reach, 2.0 * reach, 2.0 * reach), _WALL, false, _WALL_WIDTH)
	if _chase.walls.has_inner:
		draw_line(_chase.walls.start, _chase.walls.end, _WALL, _WALL_WIDTH, true)
		draw_circle(_chase.walls.start, 0.5 * _WALL_WIDTH, _WALL, true, -1.0, true)
		draw_circle(_chase.walls.end, 0.5 * _WALL_WIDTH, _WALL, true, -1.0, true)


## Each ray as far as the body's edge would get along it; bright where it meets the opponent.
func _draw_sight(body: Chaser) -> void:
	Sensor.look(_sight, 0, body, body.shown_position, body.shown_heading)
	for i in Sensor.RAYS:
		var direction := Vector2.from_angle(body.shown_heading + Sensor.ANGLES[i])
		var other := _sight[Sensor.RAYS + i]
		var way := minf(_sight[i], other) * Sensor.RANGE + Chaser.RADIUS
		var color := Color(body.color, 0.8 if other < 1.0 else 0.22)
		var tip := body.shown_position + direction * way
		draw_line(body.shown_position, tip, color, 1.5, true)
		draw_circle(tip, 2.5, color, true, -1.0, true)


func _draw_body(body: Chaser) -> void:
	draw_set_transform(body.shown_position, body.shown_heading)
	draw_circle(Vector2.ZERO, Chaser.RADIUS, body.color.darkened(0.45), true, -1.0, true)
	draw_circle(Vector2.ZERO, Chaser.RADIUS - 2.5, body.color, true, -1.0, true)
	for side: float in [-1.0, 1.0]:
		var eye := Vector2(9.0, 7.0 * side)
		draw_circle(eye, 5.0, Color.WHITE, true, -1.0, true)
		draw_circle(eye + Vector2(2.0, 0.0), 2.5, _FLOOR, true, -1.0, true)
	draw_set_transform(Vector2.ZERO)


func _on_picture_due() -> void:
	_chase.seeker.show_at_once()
	_chase.hider.show_at_once()
	queue_redraw()


func _on_episode_started() -> void:
	if _chase.is_played and _chase.catches + _chase.escapes > 0:
		_hold = LOOK_BACK_SECONDS
