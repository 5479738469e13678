extends SceneTree
## Lets arenas.tscn run as a game and prints a line of JSON for each arena's episode that ended: in
## which tick it did, and its steps.

var _watched: Array[ZooEnvironment] = []


func _initialize() -> void:
	change_scene_to_file("res://arenas/arenas.tscn")


## Every episode has an instance of its own.
func _process(_delta: float) -> bool:
	if current_scene == null:
		return false
	for arena in current_scene.get_child_count():
		var environment := current_scene.get_child(arena).get_child(0) as ZooEnvironment
		if environment not in _watched:
			_watched.append(environment)
			environment.episode_ended.connect(_tell.bind(arena, environment))
	return false


func _tell(arena: int, environment: ZooEnvironment) -> void:
	_watched.erase(environment)
	var tick := Engine.get_physics_frames()
	print(JSON.stringify({"arena": arena, "tick": tick, "steps": environment.step_count}))
