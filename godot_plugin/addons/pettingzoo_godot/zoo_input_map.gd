@tool
@icon("icons/zoo_input_map.svg")
class_name ZooInputMap
extends Resource
## How a person plays an agent: input actions of the project's input map for each element of a
## [ZooBox] or [ZooMultiDiscrete] action, or for each choice of a [ZooDiscrete] one.

## For a [ZooBox] or a [ZooMultiDiscrete]: two input actions per element, the one for its low end
## (the first choice), then the one for its high end (the last choice). An empty name is a key that
## nobody presses: for what is only on or off. While nothing is pressed, an entry is idle.
@export var axes: PackedStringArray = PackedStringArray()
## For a [ZooDiscrete]: one input action per choice; the first pressed one counts.
@export var choices: PackedStringArray = PackedStringArray()
## For a [ZooDiscrete]: the choice while nothing is pressed, counted from 0.
@export var idle_choice: int = 0


## The action that the pressed keys and sticks stand for, as a value of [param action_space].
func read(action_space: ZooSpace) -> Variant:
	if action_space is ZooDiscrete:
		for i in choices.size():
			if choices[i] != "" and Input.is_action_pressed(choices[i]):
				return (action_space as ZooDiscrete).start + i
		return (action_space as ZooDiscrete).start + idle_choice
	var value := PackedFloat32Array()
	for i in range(0, axes.size() - 1, 2):
		value.append(_strength(axes[i + 1]) - _strength(axes[i]))
	if action_space is ZooMultiDiscrete:
		return _chosen(value, action_space as ZooMultiDiscrete)
	return value


## What does not fit, for the editor; empty when this map fits [param action_space].
func misfit(action_space: ZooSpace) -> String:
	if action_space is ZooDiscrete:
		var n := (action_space as ZooDiscrete).n
		if choices.size() > n:
			return "The input map names %d choices, the action space has %d." % [choices.size(), n]
		return ""
	var has_axes := action_space is ZooBox or action_space is ZooMultiDiscrete
	if has_axes and axes.size() == 2 * action_space.size():
		return ""
	return "The input map needs two input actions in `axes` per element of the action space."


func _strength(input_action: StringName) -> float:
	return Input.get_action_strength(input_action) if input_action != &"" else 0.0


## The choices nearest to [param positions] of sticks and keys, each from -1 to 1.
func _chosen(positions: PackedFloat32Array, space: ZooMultiDiscrete) -> PackedInt64Array:
	var value: PackedInt64Array = space.neutral()
	for i in mini(positions.size(), value.size()):
		if positions[i] != 0.0:
			value[i] = roundi((positions[i] + 1.0) / 2.0 * (space.nvec[i] - 1))
	return value
