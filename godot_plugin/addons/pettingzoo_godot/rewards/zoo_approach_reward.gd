@tool
@icon("../icons/zoo_approach_reward.svg")
class_name ZooApproachReward
extends ZooReward
## Is earned in each step in which the agent's body comes nearer to a target than it was in this
## episode; in the others, [member penalty] is lost. In 2D or 3D.
##
## What is earned on the way to a target depends on the number of steps, not on the distance: going
## away and coming back again earns nothing.

const Targets := preload("targets.gd")

## The target, relative to this node.
@export var target_path: NodePath
## Without a target path: the nearest node of this group in the agent's arena.
@export var target_group: StringName = &""
## What is lost in a step that brings the body no nearer than it was.
@export var penalty: float = 0.0

var _targets: Targets
var _least: float = INF


func _reset() -> void:
	_targets = Targets.new(self, find_body(), target_path, target_group)
	_least = _targets.distance()


func _after_step() -> void:
	var distance := _targets.distance()
	if distance < _least:
		_least = distance
		earn()
	else:
		agent.add_reward(-penalty, component)


func _get_configuration_warnings() -> PackedStringArray:
	return super() + Targets.warnings(target_path, target_group)
