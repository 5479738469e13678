extends ZooEnvironment
## A red agent in front of a camera, another agent, a bar as long as steps were made, a blue mark.


func _after_step() -> void:
	for agent in agents():
		agent.add_reward(1.0)
