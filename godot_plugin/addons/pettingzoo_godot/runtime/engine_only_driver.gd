extends "driver.gd"
## Benchmark: the same steps with random actions, observations gathered, nothing sent.
##
## Prints the microseconds of each step as one JSON line and quits. What a step through the link
## takes beyond this is the link's share.

const Bridge := preload("bridge.gd")
const Buffers := preload("../wire/zoo_buffers.gd")
const Layout := preload("../wire/zoo_layout.gd")

const _ACTIONS := 64

var _bridge: Bridge
var _actions: Array = []
var _steps: int
var _usec: PackedInt64Array = []
var _started_usec: int = 0
var _layout: Layout
var _report: Buffers
var _rng: RandomNumberGenerator = RandomNumberGenerator.new()
var _needs_reset: bool = true


func _init(bridge: Bridge, steps: int) -> void:
	_bridge = bridge
	_steps = steps


## Times the step that is over and begins the next one with an action drawn beforehand.
func drive() -> bool:
	if _layout != null and not _needs_reset:
		_bridge.write_report(_report, _layout.state_offset, _layout.state_size)
		var now := Time.get_ticks_usec()
		if _started_usec > 0:
			_usec.append(now - _started_usec)
		_started_usec = now
		_needs_reset = _bridge.is_over()
	if _usec.size() >= _steps:
		printraw(JSON.stringify({"engine_only_usec": Array(_usec)}) + "\n")
		_bridge.get_tree().quit()
		return false
	if _needs_reset:
		_needs_reset = false
		_started_usec = 0
		_bridge.with_trainer = true
		var environment := _bridge.environment()
		_bridge.begin_episodes(
			[0], [_usec.size()], _bridge.default_options(), environment.max_steps
		)
		if _layout == null:
			_prepare()
		return true
	var actions: Array = _actions[_usec.size() % _ACTIONS]
	var slots := _bridge.arenas[0].slots
	for i in slots.size():
		if slots[i].is_live():
			slots[i].agent.last_action = actions[i]
	_bridge.begin_step()
	return true


func _prepare() -> void:
	var agents: Array = []
	var slots := _bridge.arenas[0].slots
	for slot in slots:
		(
			agents
			. append(
				{
					"policy_group": slot.agent.resolved_group(),
					"observation_space": slot.observer.description,
					"action_space": slot.agent.action_space.describe(),
					"info": Array(slot.agent.info_columns()),
				}
			)
		)
	# Drawn beforehand: drawing is no part of the engine's own tick.
	for i in _ACTIONS:
		var row: Array = []
		for slot in slots:
			row.append(slot.agent.action_space.sample(_rng))
		_actions.append(row)
	_layout = Layout.new(agents, 1, _bridge.environment()._state().size())
	_report = Buffers.new(_layout.report_counts)
	for i in slots.size():
		slots[i].place(_layout.slot(i, 0))
