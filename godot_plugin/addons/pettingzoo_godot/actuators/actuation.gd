extends RefCounted
## How an agent's action reaches its actuators: as one array of values in [-1, 1], made once per
## step.

const Faults := preload("../runtime/faults.gd")

const MIXED := "some actuators have choices, others none: set choices on all, or on none."

var _agent: ZooAgent
var _actuators: Array[ZooActuator] = []
var _offsets: PackedInt32Array = []
var _counts: PackedInt32Array = []  # choices of each element; 0: any value
var _values: PackedFloat32Array = []
var _action: Variant  # that the values were made of
var _step: int = -1  # and in which step


## [param actuators] in tree order.
func _init(agent: ZooAgent, actuators: Array[ZooActuator]) -> void:
	_agent = agent
	_actuators = actuators
	for actuator in actuators:
		actuator.agent = agent
		if actuator.choices == 1:
			actuator._fail("choices: expected 0 (any value), 2 or more; got 1.")
		_offsets.append(_counts.size())
		_counts.append_array(counts_of(actuator))
	_values.resize(_counts.size())


## The choices of each element of [param actuator]; 0: any value.
static func counts_of(actuator: ZooActuator) -> PackedInt32Array:
	var counts := PackedInt32Array()
	for element in actuator._size():
		counts.append(2 if actuator._is_binary(element) else actuator.choices)
	return counts


## The action space of [param actuators], or null if some of them have choices, others not.
static func space_of(actuators: Array[ZooActuator]) -> ZooSpace:
	var counts := PackedInt32Array()
	var has_choices := false
	var has_values := false
	for actuator in actuators:
		var own := counts_of(actuator)
		counts.append_array(own)
		has_choices = has_choices or actuator.choices > 0
		has_values = has_values or own.has(0)
	if has_choices and has_values:
		return null
	if not has_choices:
		return ZooBox.vector(counts.size())
	var space := ZooMultiDiscrete.new()
	space.nvec = counts
	for count in counts:
		# In the middle is 0; of two, the lower one is off.
		@warning_ignore("integer_division")
		space.idle.append((count - 1) / 2)
	return space


## Starts an episode.
func reset() -> void:
	_step = -1
	for actuator in _actuators:
		actuator._reset()


## Lets the actuators do what [param action] says: floats, one for each element, or choices.
func apply(action: Variant) -> void:
	var step := _agent.environment.step_count if _agent.environment != null else 0
	var begins := step != _step
	if begins or not is_same(action, _action):
		if not _take(action):
			return
		_action = action
	if begins:
		_step = step
		for i in _actuators.size():
			_actuators[i]._begin_step(_values, _offsets[i])
	for i in _actuators.size():
		_actuators[i]._apply(_values, _offsets[i])


func _take(action: Variant) -> bool:
	match typeof(action):
		TYPE_PACKED_FLOAT32_ARRAY:
			return _take_floats(action)
		TYPE_PACKED_INT64_ARRAY:
			return _take_choices(action)
		TYPE_ARRAY, TYPE_PACKED_INT32_ARRAY, TYPE_PACKED_FLOAT64_ARRAY:
			if _counts.has(0) or _agent.action_space is ZooBox:
				return _take_floats(PackedFloat32Array(Array(action)))
			return _take_choices(PackedInt64Array(Array(action)))
	return _reject(action)


func _take_floats(floats: PackedFloat32Array) -> bool:
	if floats.size() != _values.size():
		return _reject(floats)
	for i in floats.size():
		_values[i] = clampf(floats[i], -1.0, 1.0)
	return true


func _take_choices(chosen: PackedInt64Array) -> bool:
	if chosen.size() != _values.size():
		return _reject(chosen)
	for i in chosen.size():
		var count := _counts[i]
		if chosen[i] < 0 or chosen[i] >= count:
			return _reject(chosen)
		_values[i] = 2.0 * chosen[i] / (count - 1) - 1.0
	return true


func _reject(action: Variant) -> bool:
	Faults.report(
		(
			"_act: the actuators expect %d values from -1 to 1%s; got %s."
			% [
				_counts.size(),
				"" if _counts.has(0) else ", or choices below %s" % _counts,
				str(action).left(80)
			]
		),
		_agent
	)
	return false
