@tool
@icon("icons/zoo_input_map.svg")
class_name ZooInputMap
extends Resource
## How a person plays an agent: input actions of the project's input map for each element of a
## [ZooBox] action, or for each choice of a [ZooDiscrete] one.

## For a [ZooBox]: two input actions per element, the one for its low end, then the one for its
## high end.
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
		value.append(Input.get_axis(axes[i], axes[i + 1]))
	return value


## What does not fit, for the editor; empty when this map fits [param action_space].
func misfit(action_space: ZooSpace) -> String:
	if action_space is ZooDiscrete:
		var n := (action_space as ZooDiscrete).n
		if choices.size() > n:
			return "The input map names %d choices, the action space has %d." % [choices.size(), n]
		return ""
	if action_space is ZooBox and axes.size() == 2 * action_space.size():
		return ""
	return "The input map needs two input actions in `axes` per element of a ZooBox action space."
