extends RefCounted
## What one agent observes: its sensors and _observe(), as leaves of one space.

const Buffers := preload("../wire/zoo_buffers.gd")
const CameraSensor := preload("../sensors/camera_sensor.gd")
const Faults := preload("faults.gd")

const _VECTOR_KEY := "observation"
const _MASK_KEY := "action_mask"


## One leaf of the observation: sensors, then the part that _observe() returns.
class Leaf:
	extends RefCounted
	var key: String = ""
	var space: ZooSpace
	var sensors: Array[ZooSensor] = []
	var sensor_sizes: PackedInt32Array = []
	var camera: CameraSensor  # the only sensor then
	var own: ZooSpace  # null: nothing of _observe()'s
	var own_key: String = ""  # "": all of what _observe() returns
	var own_offset: int = 0  # behind the sensors
	var own_floats: int = -1  # elements of own, if they are floats: these go a shorter way

	func has_name() -> bool:
		return key != "" and (camera == null or camera.key != "")


## The observation space, as the hello describes it; empty if the agent observes nothing.
var description: Dictionary = {}
var _agent: ZooAgent
var _leaves: Array[Leaf] = []
var _mask: ZooBox
var _asks: bool = false


## Derives the space by asking [param agent] once; the agent's episode must have begun.
func _init(agent: ZooAgent) -> void:
	_agent = agent
	Faults.subject = agent
	_add_sensors()
	_add_own(_own_space())
	var mask := agent._action_mask()
	if not mask.is_empty():
		_mask = ZooBox.vector(mask.size(), 0.0, 1.0)
		_mask.dtype = ZooBox.Dtype.INT8
	Faults.subject = null
	for leaf in _leaves:
		_join(leaf)
	description = _describe()


## Observes for another instance of the same agent from now on.
func rebind(agent: ZooAgent) -> void:
	_agent = agent
	var sensors := agent.sensors()
	for leaf in _leaves:
		leaf.sensors.clear()
		var sizes := PackedInt32Array()
		for sensor in sensors:
			if _key_of(sensor) == leaf.key:
				sensor.agent = agent
				leaf.sensors.append(sensor)
				leaf.camera = sensor as CameraSensor
				sizes.append(sensor.observation_size())
		if sizes != leaf.sensor_sizes:
			Faults.report(
				(
					"sensors: expected readings of %s floats as in the first episode, got %s."
					% [leaf.sensor_sizes, sizes]
				),
				agent
			)


## Starts an episode: the sensors forget.
func restart() -> void:
	for leaf in _leaves:
		for sensor in leaf.sensors:
			sensor.restart()


## Writes the observation into [param report], leaf by leaf at [param offsets].
func write(report: Buffers, offsets: PackedInt32Array) -> void:
	for i in _leaves.size():
		var leaf := _leaves[i]
		var offset := offsets[i]
		if leaf.camera != null:
			leaf.camera.write_bytes(report.u8, offset)
			continue
		for j in leaf.sensors.size():
			leaf.sensors[j].write(report.f32, offset)
			offset += leaf.sensor_sizes[j]
		leaf.own_offset = offset
	if _asks:
		_write_own(_agent._observe(), report)
	if _mask != null:
		_write_mask(report, offsets[_leaves.size()])


func _write_own(own: Variant, report: Buffers) -> void:
	for leaf in _leaves:
		if leaf.own == null:
			continue
		if leaf.own_key == "":
			_write_part(leaf, own, report)
		else:
			var has_keys := typeof(own) == TYPE_DICTIONARY
			_write_part(leaf, own.get(leaf.own_key) if has_keys else null, report)


func _write_part(leaf: Leaf, value: Variant, report: Buffers) -> void:
	if typeof(value) == TYPE_PACKED_FLOAT32_ARRAY:
		var floats: PackedFloat32Array = value
		if floats.size() == leaf.own_floats:
			var f32 := report.f32
			for i in leaf.own_floats:
				f32[leaf.own_offset + i] = floats[i]
			return
	var elements: Variant = leaf.own.to_elements(value)
	if elements != null:
		report.write(leaf.own.section(), leaf.own_offset, elements)
		return
	var where := "_observe" if leaf.own_key == "" else '_observe, key "%s"' % leaf.own_key
	Faults.report(
		"%s: expected %s, got %s." % [where, leaf.own.expectation(), _shown(value)], _agent
	)


func _write_mask(report: Buffers, offset: int) -> void:
	var mask := _agent._action_mask()
	if mask.size() == _mask.size():
		report.write(ZooSpace.Section.U8, offset, mask)
	else:
		Faults.report(
			"_action_mask: expected %d entries, got %d." % [_mask.size(), mask.size()], _agent
		)


func _add_sensors() -> void:
	for sensor in _agent.sensors():
		sensor.agent = _agent
		sensor.check_settings()
		_leaf(_key_of(sensor)).sensors.append(sensor)


func _key_of(sensor: ZooSensor) -> String:
	return sensor.key if sensor.key != "" else sensor.default_key()


## The space of what _observe() returns: declared, or derived from one answer.
func _own_space() -> ZooSpace:
	var value: Variant = _agent._observe()
	_asks = value != null or _agent.observation_space != null
	if _agent.observation_space != null:
		return _agent.observation_space
	if typeof(value) != TYPE_DICTIONARY:
		return _derived(value)
	var members := ZooDict.new()
	for key: String in value:
		var member := _derived(value[key])
		if member != null:
			members.spaces[key] = member
	return members


## An unbounded vector as long as [param value], or null (with a fault) if it is no vector.
func _derived(value: Variant) -> ZooSpace:
	if value == null:
		return null
	var count := 1
	match typeof(value):
		TYPE_PACKED_FLOAT32_ARRAY, TYPE_PACKED_FLOAT64_ARRAY, TYPE_ARRAY:
			count = value.size()
		TYPE_FLOAT, TYPE_INT, TYPE_BOOL:
			pass
		TYPE_VECTOR2:
			count = 2
		TYPE_VECTOR3:
			count = 3
		_:
			Faults.report(
				"_observe: expected floats, or an observation_space; got %s." % _shown(value),
				_agent
			)
			return null
	return ZooBox.vector(count, -INF, INF)


func _add_own(own: ZooSpace) -> void:
	if own is ZooDict:
		var members: Dictionary[String, ZooSpace] = (own as ZooDict).spaces
		for key in members:
			_leaf(key).own = members[key]
			_leaf(key).own_key = key
	elif own != null:
		_leaf("").own = own


## The leaf with this key, made on first use.
func _leaf(key: String) -> Leaf:
	for leaf in _leaves:
		if leaf.key == key:
			return leaf
	var made := Leaf.new()
	made.key = key
	_leaves.append(made)
	return made


## Sets the leaf's space: its only part's, or one vector for all its parts.
func _join(leaf: Leaf) -> void:
	if leaf.own is ZooBox and leaf.own.section() == ZooSpace.Section.F32:
		leaf.own_floats = leaf.own.size()
	if leaf.sensors.is_empty():
		leaf.space = leaf.own
		return
	if leaf.sensors.any(_is_camera):
		_show(leaf)
		return
	if leaf.key != "" and leaf.sensors.size() == 1 and leaf.own == null:
		leaf.sensor_sizes.append(leaf.sensors[0].observation_size())
		leaf.space = leaf.sensors[0].space()  # in the sensor's own shape
		return
	var joined := ZooBox.vector(0)
	for sensor in leaf.sensors:
		leaf.sensor_sizes.append(sensor.observation_size())
		var part := sensor.space()
		joined.lows.append_array(part.lows)
		joined.highs.append_array(part.highs)
	if leaf.own != null:
		var box := leaf.own as ZooBox
		if box == null or box.dtype != ZooBox.Dtype.FLOAT32:
			(
				Faults
				. report(
					"observation_space: only a float32 ZooBox can follow sensors; give the sensors a key.",
					_agent
				)
			)
			return
		for i in box.size():
			joined.lows.append(box._low_of(i))
			joined.highs.append(box._high_of(i))
	joined.shape = [joined.lows.size()]
	leaf.space = joined


## Sets the space of a leaf that is one camera's picture.
func _show(leaf: Leaf) -> void:
	leaf.camera = leaf.sensors[0] as CameraSensor
	leaf.sensor_sizes.append(leaf.sensors[0].observation_size())
	leaf.space = leaf.sensors[0].space()
	if leaf.sensors.size() > 1 or leaf.own != null:
		Faults.report(
			(
				'a camera sensor has "%s" of the observation for itself: give each part a key.'
				% leaf.key
			),
			_agent
		)


func _is_camera(sensor: ZooSensor) -> bool:
	return sensor is CameraSensor


func _describe() -> Dictionary:
	if _leaves.is_empty():
		Faults.report("observes nothing: add a sensor or override _observe().", _agent)
		return {}
	if Faults.any():
		return {}
	var is_one := _leaves.size() == 1 and not _leaves[0].has_name()
	if is_one and _mask == null:
		return _leaves[0].space.describe()
	var members := ZooDict.new()
	for leaf in _leaves:
		_add_member(members, _VECTOR_KEY if is_one or leaf.key == "" else leaf.key, leaf.space)
	if _mask != null:
		_add_member(members, _MASK_KEY, _mask)
	return {} if Faults.any() else members.describe()


func _add_member(members: ZooDict, key: String, space: ZooSpace) -> void:
	if members.spaces.has(key):
		Faults.report('two parts of the observation have the key "%s": rename one.' % key, _agent)
	members.spaces[key] = space


func _shown(value: Variant) -> String:
	match typeof(value):
		TYPE_NIL:
			return "nothing"
		TYPE_PACKED_FLOAT32_ARRAY, TYPE_PACKED_FLOAT64_ARRAY, TYPE_ARRAY, TYPE_PACKED_BYTE_ARRAY:
			return "%d values: %s" % [value.size(), str(value).left(80)]
	return "%s (%s)" % [str(value).left(80), type_string(typeof(value))]
