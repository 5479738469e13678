extends "driver.gd"
## Benchmark: the same steps with random actions, observations gathered, nothing sent.
##
## Prints the microseconds of each step, and of the whole run with its resets, as one JSON line and
## quits. What a step through the link takes beyond this is the link's share.

const Bridge := preload("bridge.gd")
const Buffers := preload("../wire/zoo_buffers.gd")
const EpisodeOptions := preload("episode_options.gd")
const Layout := preload("../wire/zoo_layout.gd")
const Slot := preload("slot.gd")

const _ACTIONS := 64

var _bridge: Bridge
var _steps: int
var _slots: Array[Slot] = []
var _actions: Array = []
var _layout: Layout
var _report: Buffers
var _rng: RandomNumberGenerator = RandomNumberGenerator.new()
var _usec: PackedInt64Array = []
var _step_usec: int = 0  # when the step began; 0: an episode begins instead
var _run_usec: int = 0  # when the first step began
var _episodes: int = 0


func _init(bridge: Bridge, steps: int) -> void:
	_bridge = bridge
	_steps = steps


## Times the step that is over and begins the next one with an action drawn beforehand.
func drive() -> bool:
	if _layout == null:
		_bridge.with_trainer = true
		_begin(_bridge.all_arenas())
		_prepare()
		return true
	_bridge.write_report(_report, _layout.state_offset, _layout.state_size)
	if _step_usec > 0:
		_usec.append(Time.get_ticks_usec() - _step_usec)
		_step_usec = 0
		if _usec.size() >= _steps:
			return _finish()
		var over := _bridge.arenas_over()
		if not over.is_empty():
			_begin(over)
			return true
	_step_usec = Time.get_ticks_usec()
	if _run_usec == 0:
		_run_usec = _step_usec
	var actions: Array = _actions[_usec.size() % _ACTIONS]
	for i in _slots.size():
		if _slots[i].is_live():
			_slots[i].agent.last_action = actions[i]
	_bridge.begin_step()
	return true


func _begin(arenas: PackedInt32Array) -> void:
	var seeds := PackedInt64Array()
	for i in arenas:
		seeds.append(_episodes)
		_episodes += 1
	var max_steps := _bridge.environment().max_steps
	_bridge.begin_episodes(arenas, seeds, EpisodeOptions.complete(_bridge.environment()), max_steps)


func _finish() -> bool:
	var result := {
		"engine_only_usec": Array(_usec),
		"run_usec": Time.get_ticks_usec() - _run_usec,
		"slots": _slots.size(),
	}
	printraw(JSON.stringify(result) + "\n")
	_bridge.get_tree().quit()
	return false


func _prepare() -> void:
	var agents: Array = _bridge.arenas[0].slots.map(_describe)
	_layout = Layout.new(agents, _bridge.arenas.size(), _bridge.environment()._state().size())
	_report = Buffers.new(_layout.report_counts)
	_slots = _bridge.place(_layout)
	# Drawn beforehand: drawing is no part of the engine's own tick.
	for i in _ACTIONS:
		var row: Array = []
		for slot in _slots:
			row.append(slot.agent.action_space.sample(_rng))
		_actions.append(row)


func _describe(slot: Slot) -> Dictionary:
	return slot.describe()
