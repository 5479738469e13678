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
var _player: String = LaunchOptions.from_command_line().player
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
	return _player == "" or _seat_player(due)


## Gives one agent of each of the arenas to the person, and the others to their heuristics. Without
## such an agent, says so and ends the game.
func _seat_player(indices: PackedInt32Array) -> bool:
	var ids := PackedStringArray()
	var is_seated := false
	for i in indices:
		for agent in _bridge.arenas[i].environment.agents():
			ids.append(agent.resolved_id())
			var is_player := agent.resolved_id() == _player and agent.input_map != null
			is_seated = is_seated or is_player
			agent.control_mode = (
				ZooAgent.ControlMode.HUMAN if is_player else ZooAgent.ControlMode.HEURISTIC
			)
	if not is_seated:
		var reason := "has no input map" if ids.has(_player) else "is none of %s" % ", ".join(ids)
		printerr("pettingzoo_godot: expected an agent to play; %s %s." % [_player, reason])
		_bridge.get_tree().quit(_EXIT_NO_PLAYER)
	return is_seated


## A Python process may start to wait for a scene after the scene was started from the editor.
func _trainer_appeared() -> bool:
	if not OS.has_feature("editor") or Time.get_ticks_usec() < _next_look_usec:
		return false
	_next_look_usec = Time.get_ticks_usec() + _LOOK_EVERY_USEC
	return _options.read_connection_file()
