extends ZooEnvironment
## Tells on the standard output what happens, one JSON line each, and presses keys itself.

const Player := preload("player.gd")

const _KEYS: PackedStringArray = ["ui_left", "ui_right", "ui_up", "ui_down"]
const _LAST_OF_VICTIM := 2  # the step at the end of which its body is freed


func _ready() -> void:
	episode_started.connect(_tell.bind("episode_started"))
	step_started.connect(_press_keys)
	step_ended.connect(_tell.bind("step_ended"))
	episode_ended.connect(_tell.bind("episode_ended"))
	super()


func _after_step() -> void:
	if step_count == _LAST_OF_VICTIM:
		$Victim.free()


## Nothing in a first step, then right and half down, then left, and so on.
func _press_keys() -> void:
	for key in _KEYS:
		Input.action_release(key)
	match step_count % 3:
		1:
			Input.action_press("ui_right")
			Input.action_press("ui_down", 0.5)
		2:
			Input.action_press("ui_left")


func _tell(event: String) -> void:
	var actions := {}
	var truncated := {}
	for agent in agents():
		actions[agent.resolved_id()] = (agent as Player).take_acted()
		truncated[agent.resolved_id()] = agent.truncated
	var line := {
		"event": event,
		"seed": rng.seed,
		"step": step_count,
		"tick": Engine.get_physics_frames(),
		"actions": actions,
		"truncated": truncated,
	}
	print(JSON.stringify(line))
