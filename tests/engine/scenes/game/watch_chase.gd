extends SceneTree
## Lets chase run as a game and tells, when the engine quits, how many rounds were played.

var _rounds: int = 0


func _initialize() -> void:
	change_scene_to_file("res://chase/chase.tscn")


func _process(_delta: float) -> bool:
	if current_scene != null:
		_rounds = current_scene.get(&"catches") + current_scene.get(&"escapes")
	return false


func _finalize() -> void:
	print("rounds: %d" % _rounds)
