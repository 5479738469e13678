extends ZooEnvironment
## Four agents of one group that end after different steps; everything they report is distinct.

const Runner := preload("runner.gd")


func _reset(values: Dictionary) -> void:
	for agent in agents():
		(agent as Runner).extra_steps = values["extra_steps"]


func _after_step() -> void:
	for agent in agents():
		(agent as Runner).live_on(step_count)
