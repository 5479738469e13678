extends "zoo_test.gd"
## What the tests of actuators share: an agent on a body, and steps of one tick each.

var environment: StillEnvironment


## An agent on [param body] with these actuators, in an environment that no bridge drives.
func agent_on(body: Node, actuators: Array[ZooActuator]) -> ZooAgent:
	if environment == null:
		environment = StillEnvironment.new()
		add(environment)
		environment.owner = _stage  # the root of the arena
	var agent := ZooAgent.new()
	agent.name = "Runner"
	for actuator in actuators:
		agent.add_child(actuator)
	body.add_child(agent)
	agent.begin_episode(environment)
	agent.start_parts()
	return agent


## Lets [param agent] do the same in [param count] steps.
func act(agent: ZooAgent, action: Variant, count: int = 1) -> void:
	for i in count:
		await ticks(1)
		agent._act(action)
		environment.step_count += 1
	await ticks(1)


## A floor whose top is at y = 0.
func floor_3d() -> StaticBody3D:
	return block_3d(StaticBody3D.new(), Vector3(0.0, -0.5, 0.0), Vector3(60.0, 1.0, 60.0))


## A cuboid body; it is on layer 1.
func block_3d(body: CollisionObject3D, at: Vector3, size: Vector3) -> CollisionObject3D:
	var shape := BoxShape3D.new()
	shape.size = size
	var collision := CollisionShape3D.new()
	collision.shape = shape
	body.add_child(collision)
	body.position = at
	add(body)
	return body
