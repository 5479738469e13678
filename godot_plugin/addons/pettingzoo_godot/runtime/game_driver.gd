extends "driver.gd"
## Lets the scene be a game: people and heuristics act, episodes follow each other.

const Bridge := preload("bridge.gd")
const Faults := preload("faults.gd")
const LaunchOptions := preload("launch_options.gd")

const _LOOK_EVERY_USEC := 1_000_000

var _bridge: Bridge
var _options: LaunchOptions = LaunchOptions.new()
var _episode_runs: bool = false
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
	if _episode_runs:
		_bridge.end_game_step()
		_episode_runs = not _bridge.is_over()
	if not _episode_runs:
		_episode_runs = true
		var environment := _bridge.environment()
		_bridge.begin_episodes(
			[0], [_seeds.randi()], _bridge.default_options(), environment.max_steps
		)
		return true
	_bridge.begin_step()
	return true


## A Python process may start to wait for a scene after the scene was started from the editor.
func _trainer_appeared() -> bool:
	if not OS.has_feature("editor") or Time.get_ticks_usec() < _next_look_usec:
		return false
	_next_look_usec = Time.get_ticks_usec() + _LOOK_EVERY_USEC
	return _options.read_connection_file()
