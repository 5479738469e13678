@tool
@icon("../icons/zoo_grab_actuator_3d.svg")
class_name ZooGrabActuator3D
extends ZooActuator
## While it is on, holds the nearest body of a group that is in front and in reach.
##
## The body keeps its place and its turn as seen from the agent's body, as if welded to it, but with
## no more than [member max_force]: it can get stuck at a wall, slips away when it is more than
## [member slack] from its place, and a [RigidBody3D] that holds it feels its weight. Once per step
## an agent that holds nothing looks for something. A body is held by one agent at a time; one that
## is frozen (see [ZooLockable3D]) by nobody. The agent lets go when this is off, when the body
## freezes or is freed, and when its episode ends.

## The agent took hold of [param body].
signal grabbed(body: RigidBody3D)
## The agent let go of [param body]; null if it was freed.
signal released(body: RigidBody3D)

const Reach := preload("reach.gd")
const Weld := preload("weld.gd")

const _HOLDER := &"zoo_holder"

## Group of the [RigidBody3D]s that may be held.
@export var group: StringName = &""
## From [member hand] to the nearest point of a body's bounding box.
@export_range(0.01, 100.0, 0.01, "or_greater", "suffix:m") var reach: float = 1.5
## Width of the cone in front of the body in which it reaches.
@export_range(0.0, 360.0, 0.1, "suffix:°") var angle: float = 120.0
## Where it reaches from, in the body's frame [m].
@export var hand: Vector3 = Vector3.ZERO
## Strongest force on what it holds [N], and strongest torque [N m].
@export_range(0.0, 10000.0, 0.1, "or_greater", "suffix:N") var max_force: float = 100.0
## How far from its place a body slips away.
@export_range(0.01, 10.0, 0.01, "or_greater", "suffix:m") var slack: float = 0.5
## Layers of what one cannot reach through.
@export_flags_3d_physics var walls: int = 1

## What it holds; null: nothing.
var held: RigidBody3D = null
var _body: Node3D
var _reach: Reach
var _weld: Weld


func _size() -> int:
	return 1


func _is_binary(_element: int) -> bool:
	return true


func _begin_step(values: PackedFloat32Array, offset: int) -> void:
	if values[offset] <= 0.0:
		release()
	elif _weld == null and _reach != null:
		var candidate := _reach.nearest(_may_hold)
		if candidate != null:
			_grab(candidate.body)


func _reset() -> void:
	release()
	_body = Above.body_of(self) as Node3D
	if _body == null:
		_fail("no body that holds: place the ZooAgent below a Node3D.")
	elif group == &"":
		_fail("group: set one: what may be held.")
	elif _reach == null:
		_reach = Reach.new(_body, agent, group, hand, reach, angle, walls)


## Lets go of what it holds.
func release() -> void:
	if _weld == null:
		return
	var is_here := is_instance_valid(held)
	var was: RigidBody3D = held if is_here else null
	if is_here:
		_weld.end()
		held.remove_meta(_HOLDER)
	_weld = null
	held = null
	released.emit(was)


# The impulses of a tick come after all agents acted in it, whatever act_mode says.
func _physics_process(delta: float) -> void:
	if _weld == null:
		return
	var is_here := is_instance_valid(held) and held.is_inside_tree()
	if not is_here or held.freeze or _weld.distance() > slack:
		release()
	else:
		_weld.pull(delta)


func _may_hold(member: Node) -> bool:
	var body := member as RigidBody3D
	if body == null or body.freeze:
		return false
	# A holder that was freed let go.
	return not body.has_meta(_HOLDER) or not is_instance_valid(body.get_meta(_HOLDER))


func _grab(body: RigidBody3D) -> void:
	held = body
	body.set_meta(_HOLDER, self)
	_weld = Weld.new(_body, body, max_force)
	grabbed.emit(body)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if not Above.body_of(self) is Node3D:
		warnings.append("A body holds: place the ZooAgent below a Node3D.")
	if group == &"":
		warnings.append("Set a group: what may be held.")
	return warnings
