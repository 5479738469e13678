extends RefCounted
## One copy of the scene with its agents: begins episodes, lets agents act, ends steps.

const Buffers := preload("../wire/zoo_buffers.gd")
const Faults := preload("faults.gd")
const Pausable := preload("pausable.gd")
const Slot := preload("slot.gd")

## The environment of the current episode's instance.
var environment: ZooEnvironment
## One slot per agent that Python decides for, in the scene's order.
var slots: Array[Slot] = []
var _scene: PackedScene
var _agents: Array[ZooAgent] = []  # all of this instance, in the scene's order
var _locals: Array[ZooAgent] = []  # agents that Python does not decide for
var _scripted: Array[ZooAgent] = []  # agents that Python sees, and leaves to their heuristics
var _played: Array[ZooAgent] = []  # agents that Python sees, and a person plays
var _scored: Array[ZooAgent] = []  # agents with reward nodes
var _with_trainer: bool
var _old: Node = null  # the instance of the last episode
var _pausable: Pausable = null  # none where no other arena's time runs
var _max_steps: int = 0
var _starts: bool = false  # no step yet in this episode
var _ended: bool = false


## [param first] is the environment of the scene as the engine loaded it; [param is_alone] says that
## no other arena is in this engine.
func _init(first: ZooEnvironment, with_trainer: bool, is_alone: bool) -> void:
	environment = first
	_with_trainer = with_trainer
	if not is_alone:
		_pausable = Pausable.new()
	var path := first.arena_root().scene_file_path
	if path != "":
		_scene = load(path)


## Begins an episode with this seed (below 2^53), these parameters and this limit of steps
## (0: none). [param heuristics]: IDs of agents whose heuristics decide instead of Python; [param
## people]: of those that a person plays.
func begin_episode(
	seed_value: int,
	options: Dictionary,
	max_steps: int,
	heuristics: PackedStringArray,
	people: PackedStringArray
) -> void:
	_max_steps = max_steps
	_starts = true
	_ended = false
	# Scenes should draw from environment.rng; what draws from the global generator repeats as well.
	seed(seed_value)
	if environment.reset_mode == ZooEnvironment.ResetMode.NEW_INSTANCE and _scene != null:
		_replace_instance(seed_value, options)
	environment.rng.seed = seed_value
	environment.options = options
	environment.step_count = 0
	environment.step_limit = max_steps
	_agents = environment.agents()
	for agent in _agents:
		agent.begin_episode(environment)
	Faults.subject = environment
	environment._reset(options)
	for agent in _agents:
		Faults.subject = agent
		agent._reset()
	_scored.clear()
	for agent in _agents:
		Faults.subject = agent
		agent.start_parts()
		if agent.has_rewards():
			_scored.append(agent)
	Faults.subject = null
	_bind()
	_scripted = _named(heuristics)
	_played = _named(people)
	for agent in _played:
		agent.is_played = true
		if agent.input_map == null:
			Faults.report("a person cannot play it: it has no input map.", agent)
	environment.episode_started.emit()


## Frees the instance of the last episode, when every arena that begins one has its new instance.
##
## Not before: new nodes in the memory of old ones, of another arena's too, would be taken for
## removed in group calls, such as the one that makes a camera current. And not by queue_free():
## bodies of old instances that live on during the first tick can change when new ones fall asleep.
func free_old_instance() -> void:
	if _old != null:
		_old.free()
		_old = null


## Lets every living agent act; on the first tick of a step, those decide whom Python does not
## decide for.
func act(first_tick: bool) -> void:
	if first_tick:
		_starts = false
		environment.step_started.emit()
		for agent in _locals:
			if is_instance_valid(agent) and agent.alive:
				Faults.subject = agent
				agent.last_action = agent.local_action()
		for agent in _scripted:
			if is_instance_valid(agent) and agent.alive:
				Faults.subject = agent
				agent.last_action = agent._heuristic()
		for agent in _played:
			if is_instance_valid(agent) and agent.alive and agent.input_map != null:
				agent.last_action = agent.input_map.read(agent.action_space)
	elif environment.act_mode == ZooEnvironment.ActMode.FIRST_TICK:
		return
	for agent in _agents:
		# A scene may free the body of an agent.
		if is_instance_valid(agent) and agent.alive:
			Faults.subject = agent
			agent._act(agent.last_action)
	Faults.subject = null


## Stops this arena's time, or lets it go on, while other arenas' runs. Nothing else about it
## changes: a node that is disabled instead would leave the physics space, and come back to another
## place in it.
func set_frozen(frozen: bool) -> void:
	var viewport := environment.get_viewport()
	# The tree is not paused meanwhile, so this pauses the nodes of this arena alone: those that
	# inherit their mode (see pausable.gd).
	viewport.process_mode = Node.PROCESS_MODE_WHEN_PAUSED if frozen else Node.PROCESS_MODE_INHERIT
	PhysicsServer2D.space_set_active(viewport.find_world_2d().space, not frozen)
	PhysicsServer3D.space_set_active(viewport.find_world_3d().space, not frozen)


## Ends a step: the scene scores it, and the limit of steps is kept.
func end_step() -> void:
	environment.step_count += 1
	Faults.subject = environment
	environment._after_step()
	for agent in _scored:
		if is_instance_valid(agent) and agent.alive:
			Faults.subject = agent
			agent.score()
	Faults.subject = null
	if _max_steps > 0 and environment.step_count >= _max_steps:
		for agent in environment.agents():
			if not agent.terminated:
				agent.truncate()
	environment.step_ended.emit()


## Whether every agent is done, or has just said so.
func is_over() -> bool:
	for slot in slots:
		if slot.is_live() and not slot.agent.terminated and not slot.agent.truncated:
			return false
	if _with_trainer:
		return true
	for agent in _locals:
		if not is_instance_valid(agent):
			continue
		if agent.alive and not agent.terminated and not agent.truncated:
			return false
	return true


## Closes the step's account of the agents that no report is written for, and says once per episode
## that it ended.
func finish_step() -> void:
	for agent in _locals:
		if is_instance_valid(agent):
			agent.end_step()
	if not _ended and is_over():
		_ended = true
		environment.episode_ended.emit()


## Writes what every agent sees and has earned into [param report], and the arena's state of
## [param size] floats at [param offset]; this closes the step.
func write_report(report: Buffers, offset: int, size: int) -> void:
	for slot in slots:
		slot.write(report, _starts)
	if size > 0:
		_write_state(report, offset, size)
	if not _starts:
		finish_step()


func _write_state(report: Buffers, offset: int, size: int) -> void:
	Faults.subject = environment
	var state := environment._state()
	Faults.subject = null
	if state.size() != size:
		Faults.report("_state: expected %d floats, got %d." % [size, state.size()], environment)
		return
	report.write(ZooSpace.Section.F32, offset, state)


## A new instance in the old one's place, entered at this moment of the frame: the same moment in
## every episode, the first included, or the first one's bits would differ.
func _replace_instance(seed_value: int, options: Dictionary) -> void:
	var old := environment.arena_root()
	var parent := old.get_parent()
	var index := old.get_index()
	var is_current := old.get_tree().current_scene == old
	parent.remove_child(old)
	_renew_worlds(parent.get_viewport())
	var root := _scene.instantiate()
	if _pausable != null:
		_pausable.inherit(root)
	environment = _find_environment(root)
	environment.rng.seed = seed_value
	environment.options = options
	parent.add_child(root)
	parent.move_child(root, index)
	if is_current:
		root.get_tree().current_scene = root
	_old = old


## A physics space outlives its bodies, and remembers in which order it paired them: with the old
## one, the same seed gives other bits from the first contact on.
func _renew_worlds(viewport: Viewport) -> void:
	var old_worlds := [viewport.find_world_2d(), viewport.find_world_3d()]
	viewport.world_2d = World2D.new()
	viewport.world_3d = World3D.new()
	old_worlds.clear()  # not before: the viewport still lets go of them while it takes the new ones


func _find_environment(root: Node) -> ZooEnvironment:
	if root is ZooEnvironment:
		return root
	for node in root.find_children("*", "", true, false):
		if node is ZooEnvironment and node.owner == root:
			return node
	return null


## Gives each slot its agent of this instance; on the first call, makes the slots.
func _bind() -> void:
	var remote: Array[ZooAgent] = []
	_locals.clear()
	for agent in _agents:
		var is_remote := _with_trainer and agent.control_mode == ZooAgent.ControlMode.REMOTE
		if is_remote:
			remote.append(agent)
		else:
			_locals.append(agent)
	if slots.is_empty():
		for agent in remote:
			if agent.action_space == null:
				Faults.report("has no action_space: set one, or add actuators.", agent)
				return
			slots.append(Slot.new(agent))
	if remote.size() != slots.size():
		(
			Faults
			. report(
				(
					"the scene has %d agents, %d before: agents may end, not appear or vanish at a reset."
					% [remote.size(), slots.size()]
				),
				environment
			)
		)
		return
	for i in remote.size():
		slots[i].begin_episode(remote[i])


## The agents that Python sees whose IDs are in [param ids].
func _named(ids: PackedStringArray) -> Array[ZooAgent]:
	var found: Array[ZooAgent] = []
	for slot in slots:
		if ids.has(slot.agent.resolved_id()):
			found.append(slot.agent)
	return found
