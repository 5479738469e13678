@tool
@icon("../icons/zoo_fall_reward.svg")
class_name ZooFallReward
extends "event_reward.gd"
## Is earned when the agent's body has fallen: in 3D below a height, in 2D, where y points down,
## beyond it.

## The y of the body, in the world: in 3D it is fallen when its own is smaller [m], in 2D when it is
## larger [px].
@export var height: float = -10.0


func _happens() -> bool:
	if _body is Node3D:
		return (_body as Node3D).global_position.y < height
	return _body is Node2D and (_body as Node2D).global_position.y > height


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if Above.body_of(self) is Node2D and height < 0.0:
		warnings.append("In 2D, y points downwards: a negative height is above the origin.")
	return warnings
