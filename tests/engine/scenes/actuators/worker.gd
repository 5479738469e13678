extends ZooAgent
## Moves, grabs and locks by its actuators; sees itself, the box, its lock, and whether it holds it.

const Actuators := preload("actuators.gd")

@onready var _body: Node3D = get_parent()
@onready var _grab: ZooGrabActuator3D = get_child(1)


func _observe() -> Variant:
	var arena := environment as Actuators
	var place := arena.box.position
	var side: int = [&"", &"hider", &"seeker"].find(arena.lockable.locked_by)
	var holds := 1.0 if _grab.held == arena.box else 0.0
	var own := _body.position
	return PackedFloat32Array([own.x, own.y, own.z, place.x, place.y, place.z, side, holds])
