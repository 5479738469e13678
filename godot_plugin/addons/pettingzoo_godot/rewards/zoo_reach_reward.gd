@tool
@icon("../icons/zoo_reach_reward.svg")
class_name ZooReachReward
extends "event_reward.gd"
## Is earned when the agent's body is near a target, in 2D or 3D.

const Targets := preload("targets.gd")

## The target, relative to this node.
@export var target_path: NodePath
## Without a target path: any node of this group in the agent's arena.
@export var target_group: StringName = &""
## How near is near enough, from centre to centre: in 3D [m], in 2D [px].
@export_range(0.0, 1000.0, 0.01, "or_greater") var distance: float = 1.0

var _targets: Targets


func _reset() -> void:
	super()
	_targets = Targets.new(self, _body, target_path, target_group)


func _happens() -> bool:
	return _targets.distance() <= distance


func _get_configuration_warnings() -> PackedStringArray:
	return super() + Targets.warnings(target_path, target_group)
