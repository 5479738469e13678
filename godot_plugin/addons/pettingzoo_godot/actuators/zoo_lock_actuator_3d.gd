@tool
@icon("../icons/zoo_lock_actuator_3d.svg")
class_name ZooLockActuator3D
extends ZooActuator
## Locks bodies in front and in reach for the agent's side, and unlocks them.
##
## Once per step: if it is on, the nearest [ZooLockable3D] that is unlocked is locked; if it is off,
## the nearest that is locked for the agent's own side is unlocked. So who wants a lock to last
## keeps this on until the body is out of reach, or turns away from it. That is how the agents of
## the hide-and-seek paper (arXiv 1909.07528) lock: the state of a lock follows from the action
## alone, not from earlier ones, and a random policy finds it.

const Reach := preload("reach.gd")

## The side for which it locks; empty: the agent's policy group.
@export var side: StringName = &""
## From [member hand] to the nearest point of a body's bounding box.
@export_range(0.01, 100.0, 0.01, "or_greater", "suffix:m") var reach: float = 1.5
## Width of the cone in front of the body in which it reaches.
@export_range(0.0, 360.0, 0.1, "suffix:°") var angle: float = 120.0
## Where it reaches from, in the body's frame [m].
@export var hand: Vector3 = Vector3.ZERO
## Layers of what one cannot reach through.
@export_flags_3d_physics var walls: int = 1

var _side: StringName
var _reach: Reach


func _size() -> int:
	return 1


func _is_binary(_element: int) -> bool:
	return true


func _begin_step(values: PackedFloat32Array, offset: int) -> void:
	if _reach == null:
		return
	var locks := values[offset] > 0.0
	var candidate := _reach.nearest(_is_unlocked if locks else _is_own)
	if candidate == null:
		return
	var lockable := candidate.member as ZooLockable3D
	if locks:
		lockable.lock(_side)
	else:
		lockable.unlock(_side)


func _reset() -> void:
	_side = side if side != &"" else StringName(agent.resolved_group())
	var body := Above.body_of(self) as Node3D
	if body == null:
		_fail("no body that reaches: place the ZooAgent below a Node3D.")
	elif _reach == null:
		_reach = Reach.new(body, agent, ZooLockable3D.GROUP, hand, reach, angle, walls)


func _is_unlocked(member: Node) -> bool:
	return (member as ZooLockable3D).locked_by == &""


func _is_own(member: Node) -> bool:
	return (member as ZooLockable3D).locked_by == _side


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if not Above.body_of(self) is Node3D:
		warnings.append("A body reaches: place the ZooAgent below a Node3D.")
	return warnings
