extends SceneTree
## Lets a scene whose root is its ZooEnvironment run as a game, and prints a line of JSON about each
## episode that ended: its steps, and each agent's return.

var _environment: ZooEnvironment
var _returns: Dictionary[String, float] = {}


func _initialize() -> void:
	change_scene_to_file(OS.get_cmdline_user_args()[0])


## Every episode may have an instance of its own.
func _process(_delta: float) -> bool:
	if is_instance_valid(current_scene) and current_scene != _environment:
		_environment = current_scene
		_returns.clear()
		_environment.step_ended.connect(_on_step_ended)
		_environment.episode_ended.connect(_on_episode_ended)
	return false


func _on_step_ended() -> void:
	for agent in _environment.agents():
		var id := agent.resolved_id()
		_returns[id] = _returns.get(id, 0.0) + agent.reward


func _on_episode_ended() -> void:
	print(JSON.stringify({"steps": _environment.step_count, "returns": _returns}))
