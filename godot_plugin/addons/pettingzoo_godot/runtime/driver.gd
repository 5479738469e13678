extends RefCounted
## Who decides on resets and actions: a trainer in Python, a game without one, a benchmark.


## Called when a step or an episode's settling is over, and again in each frame until it returns
## true: then it has called the bridge's begin_episodes or begin_step.
func drive() -> bool:
	return false


## Called in each frame in which the scene that was driven is gone.
func scene_lost() -> void:
	pass
