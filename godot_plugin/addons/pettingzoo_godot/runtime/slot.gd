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
# The usual actions, one leaf of floats, one of choices and one choice, go a shorter way.
var _is_vector: bool
var _is_choices: bool
var _is_choice: bool
var _first: int = 0  # of the action's elements in a step
var _end: int = 0  # behind them
var _live: bool = true  # took part in the current step


func _init(first: ZooAgent) -> void:
	agent = first
	observer = Observer.new(first)
	_leaves = first.action_space.leaves()
	_is_choice = first.action_space is ZooDiscrete
	_is_choices = first.action_space is ZooMultiDiscrete
	_is_vector = (
		first.action_space is ZooBox and first.action_space.section() == ZooSpace.Section.F32
	)


## What its agent is for the layout, and for the hello (docs/PROTOCOL.md 2.1).
func describe() -> Dictionary:
	return {
		"policy_group": agent.resolved_group(),
		"observation_space": observer.description,
		"action_space": agent.action_space.describe(),
		"info": Array(agent.info_columns()),
	}


## Learns where its elements lie; called once, after the hello is known.
func place(layout: Layout.Slot) -> void:
	_layout = layout
	_first = layout.actions[0]
	_end = _first + agent.action_space.size()


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


## Gives the agent its action out of a step, unless it is done.
func take_action(step: Buffers) -> void:
	# As in is_live(), of which there is one call less.
	if is_instance_valid(agent) and agent.alive:
		if _is_vector:
			agent.last_action = step.f32.slice(_first, _end)
		elif _is_choices:
			agent.last_action = step.i64.slice(_first, _end)
		elif _is_choice:
			agent.last_action = step.i64[_first]
		else:
			agent.last_action = _read_action(step)


## Writes observation, reward, information and flags into [param report], and closes the step's
## account. An agent that is done keeps its last observation. At the start of an episode
## ([param starts]) everybody lives: who ended while the scene settled says so after the first step.
func write(report: Buffers, starts: bool) -> void:
	var flags := 0
	var reward := 0.0
	if not is_instance_valid(agent):
		flags = _ending(true, false, starts) if _live else 0
	elif agent.alive:
		Faults.subject = agent
		observer.write(report, _layout.observations)
		if starts:
			agent.reward = 0.0  # what is earned before the first step belongs to no action
		reward = agent.reward
		var f32 := report.f32
		var info := agent.info
		for i in info.size():
			f32[_layout.info + i] = info[i]
		flags = _ending(agent.terminated, agent.truncated, starts)
		if not starts:
			agent.end_step()
	report.f32[_layout.reward] = reward
	report.u8[_layout.flags] = flags


## The flags of an agent that took part in this step (docs/PROTOCOL.md 4.6).
func _ending(terminated: bool, truncated: bool, starts: bool) -> int:
	if starts or not (terminated or truncated):
		return Codec.LIVE
	_live = false
	return (
		Codec.LIVE | (Codec.TERMINATED if terminated else 0) | (Codec.TRUNCATED if truncated else 0)
	)


func _read_action(step: Buffers) -> Variant:
	if _leaves.size() == 1 and not agent.action_space is ZooDict:
		return _read_leaf(step, 0)
	var value := {}
	var keys := (agent.action_space as ZooDict).spaces.keys()
	for i in _leaves.size():
		value[keys[i]] = _read_leaf(step, i)
	return value


func _read_leaf(step: Buffers, index: int) -> Variant:
	var leaf := _leaves[index]
	return leaf.from_elements(step.read(leaf.section(), _layout.actions[index], leaf.size()))
