extends RefCounted
## One agent in one arena: carries its actions in and what it saw and earned out.

const Buffers := preload("../wire/zoo_buffers.gd")
const Codec := preload("../wire/zoo_codec.gd")
const Layout := preload("../wire/zoo_layout.gd")
const Faults := preload("faults.gd")
const Observer := preload("observer.gd")

## The agent of the current episode's instance.
var agent: ZooAgent
## What it observes.
var observer: Observer
var _layout: Layout.Slot
var _leaves: Array[ZooSpace] = []
var _is_vector: bool  # the action is one leaf of floats: the usual case goes a shorter way
var _size: int
var _live: bool = true  # took part in the current step


func _init(first: ZooAgent) -> void:
	agent = first
	observer = Observer.new(first)
	_leaves = first.action_space.leaves()
	_is_vector = (
		first.action_space is ZooBox and first.action_space.section() == ZooSpace.Section.F32
	)
	_size = first.action_space.size()


## Learns where its elements lie; called once, after the hello is known.
func place(layout: Layout.Slot) -> void:
	_layout = layout


## Takes over the agent of a new episode's instance.
func begin_episode(next: ZooAgent) -> void:
	agent = next
	_live = true
	observer.rebind(next)
	observer.restart()


## Whether the agent lives: it may act, and it earns.
func is_live() -> bool:
	# A scene may free the body of a dead agent, or of one that it never declared dead.
	return is_instance_valid(agent) and agent.alive


## The agent's action out of a step, as a script wants it.
func read_action(step: Buffers) -> Variant:
	if _is_vector:
		var first := _layout.actions[0]
		return step.f32.slice(first, first + _size)
	if _leaves.size() == 1 and not agent.action_space is ZooDict:
		return _read_leaf(step, 0)
	var value := {}
	var keys := (agent.action_space as ZooDict).spaces.keys()
	for i in _leaves.size():
		value[keys[i]] = _read_leaf(step, i)
	return value


## Writes observation, reward, information and flags into [param report], and closes the step's
## account. An agent that is done keeps its last observation.
func write(report: Buffers) -> void:
	var flags := 0
	var reward := 0.0
	if not is_instance_valid(agent):
		flags = (Codec.LIVE | Codec.TERMINATED) if _live else 0
		_live = false
	elif agent.alive:
		Faults.subject = agent
		observer.write(report, _layout.observations)
		reward = agent.reward
		var f32 := report.f32
		var info := agent.info
		for i in info.size():
			f32[_layout.info + i] = info[i]
		flags = Codec.LIVE
		if agent.terminated or agent.truncated:
			flags |= Codec.TERMINATED if agent.terminated else 0
			flags |= Codec.TRUNCATED if agent.truncated else 0
			_live = false
		agent.end_step()
	report.f32[_layout.reward] = reward
	report.u8[_layout.flags] = flags


func _read_leaf(step: Buffers, index: int) -> Variant:
	var leaf := _leaves[index]
	return leaf.from_elements(step.read(leaf.section(), _layout.actions[index], leaf.size()))
