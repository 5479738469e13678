extends ZooEnvironment
## Every type of space in both directions; each agent observes the action that it received last.


func _after_step() -> void:
	for agent in agents():
		agent.add_reward(agent.get_index() + step_count / 100.0)
