extends "driver.gd"
## Lets the scene be a game: people and heuristics act, episodes follow each other.

const Bridge := preload("bridge.gd")
const Faults := preload("faults.gd")
const LaunchOptions := preload("launch_options.gd")

const _LOOK_EVERY_USEC := 1_000_000

var _bridge: Bridge
var _options: LaunchOptions = LaunchOptions.new()
var _has_begun: bool = false
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
	_bridge.begin_episodes(due, seeds, _bridge.default_options(), max_steps)
	return true


## A Python process may start to wait for a scene after the scene was started from the editor.
func _trainer_appeared() -> bool:
	if not OS.has_feature("editor") or Time.get_ticks_usec() < _next_look_usec:
		return false
	_next_look_usec = Time.get_ticks_usec() + _LOOK_EVERY_USEC
	return _options.read_connection_file()
