extends "actuator_test.gd"
## The action space that actuators make, and how an action reaches them.


## Notes what it is told.
class Recorder:
	extends ZooActuator
	var seen: Array[PackedFloat32Array] = []
	var steps: int = 0
	var resets: int = 0
	var size: int = 2
	var binary: bool = false

	func _size() -> int:
		return size

	func _is_binary(_element: int) -> bool:
		return binary

	func _begin_step(_values: PackedFloat32Array, _offset: int) -> void:
		steps += 1

	func _apply(values: PackedFloat32Array, offset: int) -> void:
		seen.append(values.slice(offset, offset + size))

	func _reset() -> void:
		resets += 1


func test_values_make_one_box() -> void:
	var agent := _agent([_recorder(2), _recorder(1, 0, true)])
	check_equal(agent.action_space.describe(), ZooBox.vector(3).describe(), "space")
	check_equal(agent.last_action, PackedFloat32Array([0.0, 0.0, 0.0]), "neutral")


func test_choices_make_one_multi_discrete() -> void:
	var agent := _agent([_recorder(2, 11), _recorder(1, 0, true), _recorder(1, 4)])
	var described := {"type": "multi_discrete", "nvec": [11, 11, 2, 4]}
	check_equal(agent.action_space.describe(), described, "space")
	check_equal(agent.last_action, PackedInt64Array([5, 5, 0, 1]), "neutral is in the middle")
	check_equal(agent._heuristic(), PackedInt64Array([5, 5, 0, 1]), "heuristic")


func test_switches_alone() -> void:
	var boxed := _agent([_recorder(2, 0, true)])
	check_equal(boxed.action_space.describe(), ZooBox.vector(2).describe(), "without choices")
	var chosen := _agent([_recorder(1, 2, true), _recorder(1, 0, true)])
	var described := {"type": "multi_discrete", "nvec": [2, 2]}
	check_equal(chosen.action_space.describe(), described, "with choices")


func test_both_kinds_are_a_fault() -> void:
	_agent([_recorder(1), _recorder(1, 3)])
	check(take_fault().contains("set choices on all"), "the fault says what to do")
	_agent([_recorder(1), _recorder(1, 2, true)])
	check(take_fault().contains("set choices on all"), "a switch that has choices")


func test_those_that_are_off_are_no_part() -> void:
	var off := _recorder(2)
	off.enabled = false
	var agent := _agent([off, _recorder(1)])
	check_equal(agent.action_space.size(), 1, "size")
	agent._act(PackedFloat32Array([0.5]))
	check_equal(off.seen.size(), 0, "applied")


func test_values_reach_each_actuator() -> void:
	var first := _recorder(2)
	var second := _recorder(1)
	var agent := _agent([first, second])
	agent._act(PackedFloat32Array([0.5, -3.0, 0.25]))
	check_near(first.seen[0], [0.5, -1.0], "first, clipped")
	check_near(second.seen[0], [0.25], "second")
	agent._act([1, 0.0, -1])
	check_near(first.seen[1], [1.0, 0.0], "an array of numbers")


func test_choices_are_values_from_low_to_high() -> void:
	var mover := _recorder(1, 5)
	var switch := _recorder(1, 0, true)
	var agent := _agent([mover, switch])
	for choice in 5:
		agent._act(PackedInt64Array([choice, choice % 2]))
		check_near(mover.seen[choice], [choice / 2.0 - 1.0], "choice %d" % choice)
		check_near(switch.seen[choice], [choice % 2 * 2.0 - 1.0], "switch at %d" % choice)
	agent._act([4, 1])
	check_near(mover.seen.back(), [1.0], "an array of integers")


func test_what_fits_no_actuator_is_a_fault() -> void:
	var recorder := _recorder(2, 3)
	var agent := _agent([recorder])
	var wrong: Array[Variant] = [
		PackedInt64Array([0]),
		PackedInt64Array([0, 3]),
		PackedInt64Array([-1, 0]),
		PackedFloat32Array([0.0, 0.0, 0.0]),
		"ahead",
		null,
	]
	for action: Variant in wrong:
		agent._act(action)
		check(
			take_fault().contains("expect 2 values from -1 to 1, or choices below [3, 3];"),
			"action %s" % [action]
		)
	var continuous := _agent([_recorder(1)])
	continuous._act(PackedInt64Array([0]))
	check(take_fault().contains("expect 1 values from -1 to 1;"), "choices for values")
	check_equal(recorder.seen.size(), 0, "applied")


func test_values_are_made_once_per_step() -> void:
	var recorder := _recorder(1)
	var agent := _agent([recorder])
	for step in 3:
		var action := PackedFloat32Array([step / 4.0])
		for tick in 4:
			agent._act(action)
		environment.step_count += 1
	check_equal(recorder.steps, 3, "steps")
	check_equal(recorder.seen.size(), 12, "ticks")
	check_near(recorder.seen.back(), [0.5], "values")


func test_a_step_begins_once_for_an_act_that_makes_arrays() -> void:
	var recorder := _recorder(1)
	var agent := _agent([recorder])
	for tick in 4:
		agent._act(PackedFloat32Array([tick / 4.0]))  # as super([...]) does on each tick
	check_equal(recorder.steps, 1, "steps")
	check_near(recorder.seen.back(), [0.75], "values")


func test_one_choice_is_a_fault() -> void:
	_agent([_recorder(1, 1)])
	check(take_fault().contains("choices: expected 0"), "the fault says what is expected")


func test_an_array_that_a_heuristic_changes() -> void:
	var recorder := _recorder(1)
	var agent := _agent([recorder])
	var action := PackedFloat32Array([0.25])
	agent._act(action)
	environment.step_count += 1
	action[0] = 0.75
	agent._act(action)
	check_near(recorder.seen.back(), [0.75], "values")


func test_own_action_space_and_own_act() -> void:
	var recorder := _recorder(1)
	var agent := ZooAgent.new()
	agent.action_space = ZooDiscrete.choices(3)
	agent.add_child(recorder)
	add(agent)
	agent.begin_episode(null)
	agent.start_parts()
	check(agent.action_space is ZooDiscrete, "its own space")
	agent._act(PackedFloat32Array([0.5]))  # as super(action) does
	check_near(recorder.seen[0], [0.5], "values")


func test_resets() -> void:
	var recorder := _recorder(1)
	var agent := _agent([recorder])
	check_equal(recorder.resets, 1, "at the start")
	agent.end_step()
	check_equal(recorder.resets, 1, "a step")
	agent.terminate()
	agent.end_step()
	agent.end_step()
	check_equal(recorder.resets, 2, "at the agent's end")


func test_warning_without_an_agent() -> void:
	var recorder := _recorder(1)
	add(recorder)
	check_equal(recorder._get_configuration_warnings().size(), 1, "warnings")


func _recorder(size: int, choices: int = 0, binary: bool = false) -> Recorder:
	var recorder := Recorder.new()
	recorder.size = size
	recorder.choices = choices
	recorder.binary = binary
	return recorder


func _agent(recorders: Array[Recorder]) -> ZooAgent:
	var actuators: Array[ZooActuator] = []
	actuators.assign(recorders)
	return agent_on(add(Node.new()), actuators)
