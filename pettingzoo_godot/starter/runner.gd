extends ZooAgent
## Runs to the goal: one agent, complete. In Python it is [code]runner_0[/code], after the node
## above this one. Change anything here, and Python sees it at its next start.

const SPEED := 200.0  # [px/s]
const REACH := 20.0  # distance at which the goal counts as reached [px]
const FIELD := Vector2(640.0, 480.0)  # the window [px]

@export var goal: Node2D

@onready var _body: Node2D = get_parent()


func _reset() -> void:
	_body.position = _draw_place()
	goal.position = _draw_place()


func _act(action: Variant) -> void:
	var velocity: PackedFloat32Array = action
	var before := _body.position.distance_to(goal.position)
	var way := Vector2(velocity[0], velocity[1]) * SPEED * get_physics_process_delta_time()
	_body.position = (_body.position + way).clamp(Vector2.ZERO, FIELD)
	var distance := _body.position.distance_to(goal.position)
	add_reward((before - distance) / FIELD.x)
	if distance < REACH:
		terminate()


func _observe() -> Variant:
	var offset := (goal.position - _body.position) / FIELD
	return PackedFloat32Array([offset.x, offset.y])


func _draw_place() -> Vector2:
	return Vector2(environment.rng.randf(), environment.rng.randf()) * FIELD
