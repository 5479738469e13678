extends ZooAgent
## Observes its last action.

var _heard: Variant


func _reset() -> void:
	_heard = action_space.neutral()


func _act(action: Variant) -> void:
	_heard = action


func _observe() -> Variant:
	return _heard
