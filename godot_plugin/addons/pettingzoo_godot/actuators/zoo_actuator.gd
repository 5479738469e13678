@icon("../icons/zoo_actuator.svg")
class_name ZooActuator
extends Node
## A part of what an agent does: a fixed number of elements of its action.
##
## Place actuators below a [ZooAgent] without an action space: it gets one that is made of theirs,
## in tree order. If none of them has [member choices], that is a [ZooBox] of values in [-1, 1]; if
## all have, a [ZooMultiDiscrete] with an entry for each element. To write one, extend this class
## and override [method _size] and [method _apply].

const Above := preload("../runtime/above.gd")

## 0: each element is a value in [-1, 1]. Otherwise each is a choice between so many values evenly
## from -1 to 1: an odd number has 0 among them. What is only on or off has 2 choices in either
## case, and fits to actuators of both kinds if this is 0.
@export_range(0, 101, 1, "suffix:choices") var choices: int = 0
## An actuator that is off is no part of the action.
@export var enabled: bool = true

## The agent that this actuator acts for; set before [method _reset].
var agent: ZooAgent


## Number of elements. Always the same.
func _size() -> int:
	return 0


## Whether an element is only on or off: on is above 0.
func _is_binary(_element: int) -> bool:
	return false


## Called once per step, before the first [method _apply] of it: the place to decide.
func _begin_step(_values: PackedFloat32Array, _offset: int) -> void:
	pass


## Called on every tick of a step, or on the first ([member ZooEnvironment.act_mode]):
## [param values] has [method _size] elements for this actuator from [param offset] on, each in
## [-1, 1].
func _apply(_values: PackedFloat32Array, _offset: int) -> void:
	pass


## Called at the start of each episode, after every other [code]_reset[/code] of it, and when the
## agent is done: forget, let go.
func _reset() -> void:
	pass


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if Above.agent_of(self) == null:
		warnings.append("An actuator acts for an agent: place it below a ZooAgent.")
	if choices == 1 or (choices > 0 and choices % 2 == 0 and not _is_all_binary()):
		warnings.append("Choices: an odd number has one in the middle, which does nothing.")
	return warnings


func _is_all_binary() -> bool:
	for element in _size():
		if not _is_binary(element):
			return false
	return true


func _fail(message: String) -> void:
	preload("../runtime/faults.gd").report("actuator %s: %s" % [name, message], agent)
