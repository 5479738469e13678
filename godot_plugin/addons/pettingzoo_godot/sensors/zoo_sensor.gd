@icon("../icons/zoo_sensor.svg")
class_name ZooSensor
extends Node
## A part of what an agent observes: a fixed number of floats, read once per step.
##
## Place sensors below a [ZooAgent]. Sensors without a [member key] are joined in tree order into
## one vector, followed by what [method ZooAgent._observe] returns; each [member key] becomes a
## member of a [code]Dict[/code] observation. To write one, extend this class and override
## [method _size] and [method _read]; [method body_2d] or [method body_3d] is what it looks from.

const _Above := preload("../runtime/above.gd")

## Name of this part in a Dict observation; empty: part of the agent's one vector.
@export var key: String = ""
## How many readings the observation holds, the newest first: this step's, the last step's, and
## so on. At the start of an episode, the first reading stands for those before it.
@export_range(1, 64, 1, "suffix:readings") var stack: int = 1
## Standard deviation of the noise that is added to what is measured; flags, such as a mask, stay
## exact, and so do the bounds. Earlier readings keep the noise that they had.
@export_range(0.0, 1.0, 0.001, "or_greater") var noise: float = 0.0
## A sensor that is off is no part of the observation.
@export var enabled: bool = true

## The agent that this sensor belongs to.
var agent: ZooAgent
var _history: PackedFloat32Array = []
var _has_history: bool = false
var _noise_rng: RandomNumberGenerator  # null without noise
var _noise_low: PackedFloat32Array = []
var _noise_high: PackedFloat32Array = []


## Number of floats of one reading. Called before the first [method _read].
func _size() -> int:
	return 0


## Smallest value of each float of a reading. Override for a bounded sensor.
func _low() -> PackedFloat32Array:
	return _filled(-INF)


## Largest value of each float of a reading. Override for a bounded sensor.
func _high() -> PackedFloat32Array:
	return _filled(INF)


## Called once per step, after physics: write [method _size] floats into [param buffer] from
## [param offset] on. The buffer is shared by all agents: write nowhere else.
func _read(_buffer: PackedFloat32Array, _offset: int) -> void:
	pass


## Called at the start of each episode, before the first [method _read] of it.
func _reset() -> void:
	pass


## Length of each axis of one reading, where this sensor is alone below its [member key]. Their
## product is [method _size]; a [member stack] lengthens the first one.
func _shape() -> PackedInt32Array:
	return [_size()]


## Called after [method _read] where there is [member noise]: adds it to what is no flag, by
## [method _disturb].
func _add_noise(buffer: PackedFloat32Array, offset: int) -> void:
	_disturb(buffer, offset, _noise_low.size())


## The body of a 2D agent: the nearest [Node2D] above the agent; null if there is none.
func body_2d() -> Node2D:
	return _Above.body_2d_of(_agent_above())


## The body of a 3D agent: the nearest [Node3D] above the agent; null if there is none.
func body_3d() -> Node3D:
	return _Above.body_3d_of(_agent_above())


## Simulated seconds between two readings.
func step_seconds() -> float:
	var ticks := agent.environment.ticks_per_step if agent.environment != null else 1
	return float(ticks) / Engine.physics_ticks_per_second


## Number of floats of this sensor in an observation.
func observation_size() -> int:
	return _size() * stack


## Reports settings with which it could never observe anything, as a fault.
func check_settings() -> void:
	if observation_size() < 1:
		_fail("has no floats: set its counts, sizes and stack to 1 or more, and its groups.")


## Its member of a Dict observation if it has no [member key]; empty: it is part of the agent's one
## vector.
func default_key() -> String:
	return ""


## Starts an episode: forgets earlier readings.
func restart() -> void:
	_has_history = false
	_noise_rng = null
	if noise > 0.0:
		_begin_noise()
	_reset()


## Writes the newest readings into [param buffer], as [member stack] says.
func write(buffer: PackedFloat32Array, offset: int) -> void:
	_read(buffer, offset)
	if _noise_rng != null:
		_add_noise(buffer, offset)
	if stack == 1:
		return
	var size := _size()
	var newest := buffer.slice(offset, offset + size)
	if not _has_history:
		_has_history = true
		_history.clear()
		for i in stack - 1:
			_history.append_array(newest)
	for i in _history.size():
		buffer[offset + size + i] = _history[i]
	_history = newest + _history.slice(0, _history.size() - size)


## The [ZooBox] of what [method write] writes.
func space() -> ZooBox:
	var box := ZooBox.new()
	box.shape = _shape()
	box.shape[0] *= stack
	var low := _low()
	var high := _high()
	for i in stack:
		box.lows.append_array(low)
		box.highs.append_array(high)
	return box


## Adds noise to [param floats] floats from [param offset] on, within the bounds of this sensor's
## floats from number [param first] on.
func _disturb(buffer: PackedFloat32Array, offset: int, floats: int, first: int = 0) -> void:
	for i in floats:
		var value := buffer[offset + i] + _noise_rng.randfn(0.0, noise)
		buffer[offset + i] = clampf(value, _noise_low[first + i], _noise_high[first + i])


## A generator of its own: how much noise there is changes nothing else in the episode.
func _begin_noise() -> void:
	_noise_rng = RandomNumberGenerator.new()
	_noise_rng.seed = agent.environment.rng.randi() if agent.environment != null else 0
	_noise_low = _low()
	_noise_high = _high()


func _get_configuration_warnings() -> PackedStringArray:
	if _agent_above() == null:
		return ["A sensor observes for an agent: place it below a ZooAgent."]
	return []


## The agent, also in the editor, where [member agent] is not set.
func _agent_above() -> Node:
	return agent if agent != null else _Above.agent_of(self)


func _fail(message: String) -> void:
	preload("../runtime/faults.gd").report("sensor %s: %s" % [name, message], agent)


func _filled(value: float) -> PackedFloat32Array:
	var values := PackedFloat32Array()
	values.resize(_size())
	values.fill(value)
	return values
