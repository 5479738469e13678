extends ZooReward
## What rewards for something that happens to the agent's body share.

## Whether it is earned only the first time in an episode; otherwise in every step in which it
## happens.
@export var once: bool = true

var _body: Node
var _is_over: bool = false  # earned, and once is enough


func _after_step() -> void:
	if not _is_over and _happens():
		_is_over = once
		earn()


func _reset() -> void:
	_is_over = false
	_body = find_body()


## Whether it happened in this step.
func _happens() -> bool:
	return false
