extends "driver.gd"
## Lets the scene be a game: people and heuristics act, episodes follow each other.

const Bridge := preload("bridge.gd")
const EpisodeOptions := preload("episode_options.gd")
const Faults := preload("faults.gd")
const LaunchOptions := preload("launch_options.gd")

const _EXIT_NO_PLAYER := 2  # exit code
const _LOOK_EVERY_USEC := 1_000_000

var _bridge: Bridge
var _options: LaunchOptions = LaunchOptions.new()
var _has_begun: bool = false
var _launched: LaunchOptions = LaunchOptions.from_command_line()
var _policies: Dictionary[String, ZooPolicy] = {}  # those that were read
var _seeds: RandomNumberGenerator = RandomNumberGenerator.new()
var _next_look_usec: int = 0


func _init(bridge: Bridge) -> void:
	_bridge = bridge
	_seeds.randomize()


## Ends the step that is over and begins the next one, or the next episode, at once.
func drive() -> bool:
	if _trainer_appeared():
		_bridge.join_trainer(_options)
		return false
	Faults.take()  # already in the console; a game goes on
	var due := _bridge.all_arenas()
	if _has_begun:
		_bridge.finish_step()
		due = _bridge.arenas_over()
	_has_begun = true
	if due.is_empty():
		_bridge.begin_step()
		return true
	var seeds := PackedInt64Array()
	for i in due:
		seeds.append(_seeds.randi())
	var max_steps := _bridge.environment().max_steps
	_bridge.begin_episodes(due, seeds, EpisodeOptions.complete(_bridge.environment()), max_steps)
	if not _launched.policies.is_empty() and not _seat_policies(due):
		return false
	return _launched.player == "" or _seat_player(due)


## Gives one agent of each of the arenas to the person, and the others to their policies or
## heuristics. Without such an agent, says so and ends the game.
func _seat_player(indices: PackedInt32Array) -> bool:
	var ids := PackedStringArray()
	var is_seated := false
	for i in indices:
		for agent in _bridge.arenas[i].environment.agents():
			ids.append(agent.resolved_id())
			var is_player := agent.resolved_id() == _launched.player and agent.input_map != null
			is_seated = is_seated or is_player
			if is_player:
				agent.control_mode = ZooAgent.ControlMode.HUMAN
			elif agent.control_mode != ZooAgent.ControlMode.HEURISTIC:
				agent.control_mode = ZooAgent.ControlMode.INFERENCE
	if not is_seated:
		var asked := _launched.player
		var reason := "has no input map" if ids.has(asked) else "is none of %s" % ", ".join(ids)
		_end("expected an agent to play; %s %s." % [asked, reason])
	return is_seated


## Gives the agents of each of the arenas their groups' policies. If there are no such, or they do
## not fit, says so and ends the game.
func _seat_policies(indices: PackedInt32Array) -> bool:
	var groups: Dictionary[String, bool] = {}
	for i in indices:
		for agent in _bridge.arenas[i].environment.agents():
			var group := agent.resolved_group()
			groups[group] = true
			if _launched.policies.has(group):
				agent.policy = _policy_of(group)
				agent.control_mode = ZooAgent.ControlMode.INFERENCE
				if agent.policy == null:
					return false
				var misfit := agent.begin_inference()
				if misfit != "":
					_end("expected a policy for %s; %s" % [agent.resolved_id(), misfit])
					return false
	for group: String in _launched.policies:
		if not groups.has(group):
			_end("expected policies for %s; got one for %s." % [", ".join(groups.keys()), group])
			return false
	return true


## The policy of a group; null if there is none in its file, which ends the game.
func _policy_of(group: String) -> ZooPolicy:
	if not _policies.has(group):
		var file: String = _launched.policies[group]
		_policies[group] = ResourceLoader.load(file) as ZooPolicy
		if _policies[group] == null:
			_end("expected a file that export-policy has written; got %s." % file)
	return _policies[group]


func _end(reason: String) -> void:
	printerr("pettingzoo_godot: %s" % reason)
	_bridge.get_tree().quit(_EXIT_NO_PLAYER)


## A Python process may start to wait for a scene after the scene was started from the editor.
func _trainer_appeared() -> bool:
	if not OS.has_feature("editor") or Time.get_ticks_usec() < _next_look_usec:
		return false
	_next_look_usec = Time.get_ticks_usec() + _LOOK_EVERY_USEC
	return _options.read_connection_file()
