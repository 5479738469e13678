extends RigidBody2D
## Flies to the right at a constant speed and notes each tick.

const Diary := preload("diary.gd")


func _physics_process(_delta: float) -> void:
	Diary.note(Diary.BODY_TICK)
