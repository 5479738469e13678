extends "res://physics/physics.gd"
## Episodes of different lengths, which actions decide, and everything that keeps time: an arena
## that stands still while another settles must not notice it.

var _entered: int = 0
var _timer: Timer = Timer.new()
var _idle_timer: Timer = Timer.new()
var _tweened: Node2D = Node2D.new()
var _area_3d: Area3D = Area3D.new()
var _area_2d: Area2D = Area2D.new()
var _frames: Vector2i = Vector2i.ZERO


func _ready() -> void:
	_timer.process_callback = Timer.TIMER_PROCESS_PHYSICS
	for timer: Timer in [_timer, _idle_timer]:
		timer.wait_time = 0.3
		timer.autostart = true
		add_child(timer)
	_add_areas()
	add_child(_tweened)
	_tweened.create_tween().tween_property(_tweened, ^"rotation", 100.0, 10.0)
	super()


func _process(_delta: float) -> void:
	_frames.x += 1


func _physics_process(_delta: float) -> void:
	_frames.y += 1


## The end is up to the first agent, or to chance in a game.
func _after_step() -> void:
	for agent in agents():
		agent.add_reward(observe_bodies()[0])
	var steering: PackedFloat32Array = agents()[0].last_action
	var ends := steering[0] > 0.6 if has_trainer() else rng.randf() < 0.3
	if step_count >= 2 and ends:
		terminate()


func observe_bodies() -> PackedFloat32Array:
	var values := super()
	values.append_array([_entered, _timer.time_left, _idle_timer.time_left, _tweened.rotation])
	values.append_array([_frames.x, _frames.y])
	for area: Node in [_area_3d, _area_2d]:
		values.append((area.call(&"get_overlapping_bodies") as Array).size())
	return values


func _add_areas() -> void:
	var shape_3d := CollisionShape3D.new()
	shape_3d.shape = BoxShape3D.new()
	_area_3d.add_child(shape_3d)
	_area_3d.position.y = 1.0
	var rectangle := RectangleShape2D.new()
	rectangle.size = Vector2(100.0, 60.0)
	var shape_2d := CollisionShape2D.new()
	shape_2d.shape = rectangle
	_area_2d.add_child(shape_2d)
	for area: Node in [_area_3d, _area_2d]:
		area.connect(&"body_entered", _count)
		area.connect(&"body_exited", _count)
		add_child(area)


func _count(_body: Node) -> void:
	_entered += 1
