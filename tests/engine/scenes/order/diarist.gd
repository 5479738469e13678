extends ZooAgent
## Notes its hooks; the last one in the tree reads the diary out.

const Diary := preload("diary.gd")
const _COUNT := 64

## Number of this agent.
@export var index: int = 0
## Whether it observes the diary.
@export var reads: bool = false

@export var _body: RigidBody2D


func _init() -> void:
	action_space = ZooBox.vector(1)
	policy_group = "diarists"


func _reset() -> void:
	Diary.note(Diary.AGENT_RESET, index)


func _act(_action: Variant) -> void:
	Diary.note(Diary.ACT, index)


func _heuristic() -> Variant:
	Diary.note(Diary.HEURISTIC, index)
	return action_space.neutral()


func _observe() -> Variant:
	Diary.note(Diary.OBSERVE, index)
	var values := Diary.take(_COUNT) if reads else PackedFloat32Array()
	values.resize(_COUNT)
	values.append(_body.position.x)
	return values
