@tool
@icon("../icons/zoo_touch_reward.svg")
class_name ZooTouchReward
extends "event_reward.gd"
## Is earned when the agent's body touches a target, in any tick of a step, in 2D or 3D.
##
## A target is a body, a [GridMap] or [TileMapLayer], or an area that the agent's body is in. The
## agent's body may be a rigid body (its contacts are watched: see
## [member RigidBody3D.max_contacts_reported]), a character (what it moves into counts, not what
## moves into it) or an area.

const Contacts := preload("contacts.gd")
const Targets := preload("targets.gd")

## The target, relative to this node.
@export var target_path: NodePath
## Without a target path: any node of this group in the agent's arena.
@export var target_group: StringName = &""

var _targets: Targets
var _touched: bool = false  # in a tick of this step
var _is_first_tick: bool = false  # of a step


func _reset() -> void:
	super()
	_touched = false
	if not agent.environment.step_started.is_connected(_start_step):
		agent.environment.step_started.connect(_start_step)
	_targets = Targets.new(self, _body, target_path, target_group)
	Contacts.watch(_body)


# Contacts are those of the tick before this one; but a character has moved already in this one.
func _physics_process(_delta: float) -> void:
	if _targets == null or _is_over:
		return
	if not _is_first_tick or Contacts.moves_itself(_body):
		_touched = _touched or _touches()
	_is_first_tick = false


# What was touched while the scene settled belongs to no step.
func _start_step() -> void:
	_touched = false
	_is_first_tick = true


func _happens() -> bool:
	return _touched or _touches()


func _touches() -> bool:
	for target in _targets.list():
		if Contacts.touches(_body, target):
			return true
	return false


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if Above.body_of(self) != null and not Contacts.can_touch(Above.body_of(self)):
		warnings.append("Only a body or an area touches: place the ZooAgent below one.")
	return warnings + Targets.warnings(target_path, target_group)
