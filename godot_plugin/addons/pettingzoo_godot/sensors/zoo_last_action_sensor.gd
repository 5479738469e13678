@tool
@icon("../icons/zoo_last_action_sensor.svg")
class_name ZooLastActionSensor
extends ZooSensor
## What the agent did last, as floats; zeros in the first observation of an episode.
##
## A [ZooBox] action is its values, a [ZooDiscrete] one a 1.0 at the choice that was made
## (one-hot), a [ZooMultiDiscrete] one the same for each of its entries, a [ZooMultiBinary] one
## zeros and ones, a [ZooDict] one its members in order.


func _size() -> int:
	var action_space := _action_space()
	var size := 0
	if action_space != null:
		for leaf in action_space.leaves():
			size += _width(leaf)
	return size


func _low() -> PackedFloat32Array:
	return _bounds(true)


func _high() -> PackedFloat32Array:
	return _bounds(false)


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var values := PackedFloat32Array()
	var environment := agent.environment
	if environment == null or environment.step_count == 0:
		values = _filled(0.0)
	else:
		_flatten(agent.action_space, agent.last_action, values)
	for i in values.size():
		buffer[offset + i] = values[i]


func _flatten(part: ZooSpace, value: Variant, into: PackedFloat32Array) -> void:
	if part is ZooDict:
		var members := (part as ZooDict).spaces
		var values: Dictionary = value
		for member in members:
			_flatten(members[member], values[member], into)
	elif part is ZooDiscrete:
		var discrete := part as ZooDiscrete
		_append_one_hot(into, discrete.n, int(value) - discrete.start)
	elif part is ZooMultiDiscrete:
		var nvec := (part as ZooMultiDiscrete).nvec
		var choices := PackedInt64Array(Array(value))
		for i in nvec.size():
			_append_one_hot(into, nvec[i], choices[i])
	else:
		into.append_array(PackedFloat32Array(Array(value)))


func _append_one_hot(into: PackedFloat32Array, n: int, choice: int) -> void:
	var start := into.size()
	into.resize(start + n)
	into[start + choice] = 1.0


## The lowest or highest value of each float: an episode starts with zeros, whatever the bounds.
func _bounds(lowest: bool) -> PackedFloat32Array:
	var bounds := PackedFloat32Array()
	var action_space := _action_space()
	if action_space == null:
		return bounds
	for leaf in action_space.leaves():
		var box := leaf as ZooBox
		for i in _width(leaf):
			if box == null:
				bounds.append(0.0 if lowest else 1.0)
			elif lowest:
				bounds.append(minf(0.0, box.low if box.lows.is_empty() else box.lows[i]))
			else:
				bounds.append(maxf(0.0, box.high if box.highs.is_empty() else box.highs[i]))
	return bounds


## Floats that one leaf of the action becomes.
func _width(leaf: ZooSpace) -> int:
	if leaf is ZooDiscrete:
		return (leaf as ZooDiscrete).n
	if leaf is ZooMultiDiscrete:
		var width := 0
		for n in (leaf as ZooMultiDiscrete).nvec:
			width += n
		return width
	return leaf.size()


## The agent's action space, also in the editor, where its script may not run.
func _action_space() -> ZooSpace:
	var owner_agent := _agent_above()
	return owner_agent.get(&"action_space") as ZooSpace if owner_agent != null else null
