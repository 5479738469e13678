@icon("icons/zoo_policy.svg")
class_name ZooPolicy
extends Resource
## A trained policy that decides in the engine, without Python: a network of self-play.
##
## [code]pettingzoo-godot export-policy RUN[/code] writes one for each policy group. Give it to an
## agent as [member ZooAgent.policy]. The same observation leads to the same action as in Python, up
## to rounding.

const _CLIP := 10.0  # standard deviations, as in training
const _REACH := sqrt(2.0)  # how much longer actions in a turned frame are, as in training

## Whether actions are drawn by their probability, as in training; if not, the most probable one is
## taken.
@export var draws: bool = true
## Keys of the observation in the order in which the network takes them; "" for a single [ZooBox].
@export var keys: PackedStringArray = []
## Floats of each of them.
@export var widths: PackedInt32Array = []
## Observations that it sees: this one and those before it.
@export var stack: int = 1
## Where in an observation the body's heading / pi, x and y are, if it sees and acts in its body's
## frame; else empty.
@export var pose: PackedInt32Array = []
## Kind of the action space, as in docs/PROTOCOL.md 3.
@export var action_type: String = ""
## Choices of each entry of the action; of a box, empty.
@export var choices: PackedInt32Array = []
## Number of the first choice of a [ZooDiscrete].
@export var start: int = 0
## Numbers that each layer takes, the first one's inputs first, then the outputs.
@export var sizes: PackedInt32Array = []
## All numbers of the network, float32: means and standard deviations of the inputs; weights, output
## by output, and biases of each layer; of a box, standard deviations and bounds of the action.
@export var numbers: PackedByteArray = []:
	set(value):
		numbers = value
		_layers.clear()

var _means: PackedFloat32Array = []
var _deviations: PackedFloat32Array = []
var _layers: Array[Layer] = []
var _noise: PackedFloat32Array = []  # standard deviations of a box's elements
var _lows: PackedFloat32Array = []
var _highs: PackedFloat32Array = []


## A linear layer, its weights in fours: one operation of GDScript for four of the network.
class Layer:
	extends RefCounted
	var weights: PackedVector4Array = []
	var biases: PackedFloat32Array = []

	func _init(floats: PackedFloat32Array, inputs: int, outputs: int) -> void:
		for i in outputs:
			weights.append_array(fours(floats.slice(i * inputs, (i + 1) * inputs)))
		biases = floats.slice(inputs * outputs)

	func apply(inputs: PackedFloat32Array) -> PackedFloat32Array:
		var values := fours(inputs)
		var width := values.size()
		var outputs := biases.duplicate()
		var at := 0
		for i in outputs.size():
			var sum := outputs[i]
			for j in width:
				sum += weights[at + j].dot(values[j])
			outputs[i] = sum
			at += width
		return outputs

	static func fours(floats: PackedFloat32Array) -> PackedVector4Array:
		var padded := floats.duplicate()
		padded.resize(ceili(floats.size() / 4.0) * 4)
		return padded.to_byte_array().to_vector4_array()


## What is wrong with it as a policy for agents with these spaces, as [method ZooSpace.describe]
## tells them; empty if nothing is.
func misfit(observation: Dictionary, action: Dictionary) -> String:
	var wanted: Dictionary[String, int] = {}
	for i in keys.size():
		wanted[keys[i]] = widths[i]
	var given := _widths_of(observation)
	if given != wanted:
		return "trained with observations of %s floats, got %s." % [_told(wanted), _told(given)]
	if numbers.size() != 4 * _count():
		return "expected %d bytes, got %d: export it again." % [4 * _count(), numbers.size()]
	if _layers.is_empty():
		_unpack()
	var own := _own_action()
	var agents := _simple(action)
	for key in own:
		if own[key] != agents.get(key):
			return "trained with actions of %s %s, got %s." % [key, own[key], agents.get(key)]
	return ""


## An observation as the network takes it: as it is, or in the body's frame. There, the heading's
## cosine and sine come first, and how far forward and to the right the place's origin is.
func see(observed: PackedFloat32Array) -> PackedFloat32Array:
	if pose.is_empty():
		return observed
	var angle := observed[pose[0]] * PI
	var origin := -Vector2(observed[pose[1]], observed[pose[2]]).rotated(-angle)
	var seen := PackedFloat32Array([cos(angle), sin(angle), origin.x, origin.y])
	for i in observed.size():
		if not pose.has(i):
			seen.append(observed[i])
	return seen


## An action, a value of the action space. [param seen] are the last [member stack] observations as
## [method see] returns them, the newest first; [param rng] draws, if the policy does.
func decide(seen: PackedFloat32Array, rng: RandomNumberGenerator) -> Variant:
	if _layers.is_empty():
		_unpack()
	var outputs := _forward(seen)
	if action_type == "box":
		return _decide_box(outputs, seen, rng)
	var chosen := _choose(outputs, rng)
	match action_type:
		"discrete":
			return start + chosen[0]
		"multi_binary":
			return PackedByteArray(Array(chosen))
	return chosen


func _forward(seen: PackedFloat32Array) -> PackedFloat32Array:
	var values := PackedFloat32Array()
	values.resize(seen.size())
	for i in seen.size():
		values[i] = clampf((seen[i] - _means[i]) / _deviations[i], -_CLIP, _CLIP)
	for i in _layers.size():
		values = _layers[i].apply(values)
		if i < _layers.size() - 1:
			for j in values.size():
				values[j] = tanh(values[j])
	return values


func _decide_box(
	outputs: PackedFloat32Array, seen: PackedFloat32Array, rng: RandomNumberGenerator
) -> PackedFloat32Array:
	if draws:
		for i in outputs.size():
			outputs[i] += _noise[i] * rng.randfn()
	if not pose.is_empty():
		var turned := Vector2(outputs[0], outputs[1]).rotated(atan2(seen[1], seen[0])) * _REACH
		outputs[0] = turned.x
		outputs[1] = turned.y
	for i in outputs.size():
		if is_finite(_lows[i]) and is_finite(_highs[i]):
			var part := (clampf(outputs[i], -1.0, 1.0) + 1.0) / 2.0
			outputs[i] = lerpf(_lows[i], _highs[i], part)
		outputs[i] = clampf(outputs[i], _lows[i], _highs[i])
	return outputs


## The greatest output of each entry, or of outputs and Gumbel's noise: a draw by probability.
func _choose(outputs: PackedFloat32Array, rng: RandomNumberGenerator) -> PackedInt64Array:
	var chosen := PackedInt64Array()
	var width := _width()
	for i in choices.size():
		var best := 0
		var most := -INF
		for j in choices[i]:
			var value := outputs[i * width + j]
			if draws:
				value -= log(-log(maxf(rng.randf(), 1e-12)))
			if value > most:
				most = value
				best = j
		chosen.append(best)
	return chosen


func _unpack() -> void:
	var floats := numbers.to_float32_array()
	var inputs := sizes[0]
	_means = floats.slice(0, inputs)
	_deviations = floats.slice(inputs, 2 * inputs)
	var at := 2 * inputs
	for i in sizes.size() - 1:
		var end := at + (sizes[i] + 1) * sizes[i + 1]
		_layers.append(Layer.new(floats.slice(at, end), sizes[i], sizes[i + 1]))
		at = end
	var outputs := sizes[-1]
	_noise = floats.slice(at, at + outputs)
	_lows = floats.slice(at + outputs, at + 2 * outputs)
	_highs = floats.slice(at + 2 * outputs)


## Outputs of each entry: as many as the one with the most choices has.
func _width() -> int:
	var width := 0
	for count in choices:
		width = maxi(width, count)
	return width


func _count() -> int:
	var count := 2 * sizes[0]
	for i in sizes.size() - 1:
		count += (sizes[i] + 1) * sizes[i + 1]
	return count + (3 * sizes[-1] if action_type == "box" else 0)


## Widths as people read them: of a single box, its own.
static func _told(by_key: Dictionary[String, int]) -> String:
	return str(by_key[""]) if by_key.keys() == [""] else str(by_key)


## Floats by key; -1 for what is no floats.
static func _widths_of(observation: Dictionary) -> Dictionary[String, int]:
	var found: Dictionary[String, int] = {}
	var members: Array = observation.get("spaces", [["", observation]])
	for member: Array in members:
		var space: Dictionary = member[1]
		var width := 1 if space.get("dtype") == "float32" else -1
		for length: int in space.get("shape", []):
			width *= length
		found[member[0]] = width
	return found


## The action space that it was trained with, as far as it matters.
func _own_action() -> Dictionary[String, Variant]:
	match action_type:
		"box":
			return {"type": "box", "dtype": "float32", "low": _lows, "high": _highs}
		"discrete":
			return {"type": "discrete", "n": choices[0], "start": start}
		"multi_discrete":
			return {"type": "multi_discrete", "nvec": Array(choices)}
	return {"type": action_type, "n": choices.size()}


## An action space with a bound for each element of a box.
static func _simple(action: Dictionary) -> Dictionary:
	if action["type"] != "box":
		return action
	var simple := action.duplicate()
	simple["low"] = _bounds_of(action, "low", -INF)
	simple["high"] = _bounds_of(action, "high", INF)
	return simple


static func _bounds_of(action: Dictionary, key: String, none: float) -> PackedFloat32Array:
	var count := 1
	for length: int in action["shape"]:
		count *= length
	var bounds := PackedFloat32Array()
	for i in count:
		var bound: Variant = action[key][i] if action[key] is Array else action[key]
		bounds.append(none if bound == null else float(bound))
	return bounds
