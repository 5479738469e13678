extends Node2D
## A white bar, 10 px long for each step that was made.

const _LENGTH := 10.0  # px per step
const _PLACE := Rect2(0.0, 200.0, 0.0, 20.0)

@onready var _environment: ZooEnvironment = owner


func _ready() -> void:
	_environment.picture_due.connect(queue_redraw)


func _draw() -> void:
	draw_rect(_PLACE.grow_side(SIDE_RIGHT, _LENGTH * _environment.step_count), Color.WHITE)
