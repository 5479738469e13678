@tool
@icon("../icons/zoo_lockable_3d.svg")
class_name ZooLockable3D
extends Node
## Lets the [RigidBody3D] above it be locked for a side, by a [ZooLockActuator3D] or a script: what
## is locked does not move, and the other sides cannot unlock it.
##
## How a locked body looks is up to the scene: connect to the signals.

## It was locked for [param side].
signal locked(side: StringName)
## It was unlocked, and had been locked for [param side].
signal unlocked(side: StringName)

## Group of all nodes of this class.
const GROUP := &"zoo_lockable_3d"

## The side that it is locked for; empty: it is unlocked.
var locked_by: StringName = &""


func _enter_tree() -> void:
	add_to_group(GROUP)


## Locks it for [param side], unless it is locked already. Returns whether it did.
func lock(side: StringName) -> bool:
	var body := get_parent() as RigidBody3D
	if locked_by != &"" or side == &"" or body == null:
		return false
	locked_by = side
	body.freeze_mode = RigidBody3D.FREEZE_MODE_STATIC
	body.freeze = true
	locked.emit(side)
	return true


## Unlocks it if it is locked for [param side]. Returns whether it did.
func unlock(side: StringName) -> bool:
	if locked_by == &"" or side != locked_by:
		return false
	locked_by = &""
	(get_parent() as RigidBody3D).freeze = false
	unlocked.emit(side)
	return true


func _get_configuration_warnings() -> PackedStringArray:
	if not get_parent() is RigidBody3D:
		return ["Only a RigidBody3D can be locked: place this below one."]
	return []
