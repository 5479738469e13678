extends RefCounted
## Lets a policy decide for one agent in one episode: observes for it, and remembers.

const Buffers := preload("../wire/zoo_buffers.gd")
const Layout := preload("../wire/zoo_layout.gd")
const Observer := preload("observer.gd")

## What is wrong with the policy for this agent; empty: nothing.
var misfit: String = ""
var _policy: ZooPolicy
var _observer: Observer
var _report: Buffers
var _offsets: PackedInt32Array = []
var _spans: Array[Vector2i] = []  # of each key of the policy: its first float, and how many
var _memory: PackedFloat32Array = []  # what the policy has seen, the newest first
var _rng: RandomNumberGenerator = RandomNumberGenerator.new()


## The episode of [param agent] must have begun. Chance is left to a generator of its own, so that
## the scene's draws stay what they are; equal [param random_seed]s draw equal actions.
func _init(agent: ZooAgent, random_seed: int) -> void:
	_policy = agent.policy
	_rng.seed = random_seed
	_observer = Observer.new(agent)
	if _observer.description.is_empty():
		misfit = "the agent observes nothing."
		return
	if agent.action_space == null:
		misfit = "the agent has no action_space."
		return
	misfit = _policy.misfit(_observer.description, agent.action_space.describe())
	_observer.restart()
	var counts := PackedInt32Array([0, 0, 0])
	for leaf in Layout.leaves(_observer.description):
		_offsets.append(counts[leaf[0]])
		counts[leaf[0]] += leaf[1]
	_report = Buffers.new(counts)
	if misfit == "":
		_find_spans()


## An action for what the agent observes now.
func decide() -> Variant:
	_observer.write(_report, _offsets)
	var observed := PackedFloat32Array()
	for span in _spans:
		observed.append_array(_report.f32.slice(span.x, span.x + span.y))
	var seen := _policy.see(observed)
	if _memory.is_empty():
		for i in _policy.stack:
			_memory.append_array(seen)
	else:
		_memory = seen + _memory.slice(0, _memory.size() - seen.size())
	return _policy.decide(_memory, _rng)


func _find_spans() -> void:
	var members: Array = _observer.description.get("spaces", [["", null]])
	for i in _policy.keys.size():
		for j in members.size():
			if members[j][0] == _policy.keys[i]:
				_spans.append(Vector2i(_offsets[j], _policy.widths[i]))
