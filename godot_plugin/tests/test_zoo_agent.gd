extends "zoo_test.gd"
## Names, rewards, information, endings of an agent.


func test_id_from_its_name() -> void:
	var expected := {
		"Seeker": "seeker_0",
		"Runner3": "runner_3",
		"Runner12": "runner_12",
		"Hide_And-Seek7": "hideandseek_7",
		"Blue Runner": "bluerunner_0",
		"42": "agent_42",
		"Läufer": "lufer_0",
	}
	for node_name: String in expected:
		check_equal(_agent(node_name).resolved_id(), expected[node_name], node_name)


func test_id_from_the_parent_of_an_unnamed_agent() -> void:
	for node_name: String in ["ZooAgent", "ZooAgent2"]:
		var body := Node2D.new()
		body.name = "Blue Runner"
		var agent := ZooAgent.new()
		agent.name = node_name
		add(body, add(Node.new()))
		add(agent, body)
		check_equal(agent.resolved_id(), "bluerunner_0", node_name)


func test_explicit_id_and_group() -> void:
	var agent := _agent("Seeker")
	check_equal(agent.resolved_group(), "seeker", "group from the name")
	agent.agent_id = "keeper_4"
	check_equal(agent.resolved_id(), "keeper_4", "id")
	check_equal(agent.resolved_group(), "keeper", "group from the ID")
	agent.policy_group = "team_a"
	check_equal(agent.resolved_group(), "team_a", "group")


func test_rewards_and_their_components() -> void:
	var agent := _begun(["food", "time"], ["speed"])
	check_equal(Array(agent.info_columns()), ["reward/food", "reward/time", "speed"], "columns")
	agent.add_reward(2.0)
	agent.add_reward(1.0, "food")
	agent.add_reward(-0.25, "time")
	agent.add_reward(0.5, "food")
	agent.set_info("speed", 3.5)
	check_equal(agent.reward, 3.25, "reward")
	check_near(agent.info, [1.5, -0.25, 3.5], "columns of the step")
	agent.end_step()
	check_equal(agent.reward, 0.0, "reward of the next step")
	check_near(agent.info, [0.0, 0.0, 3.5], "columns of the next step")
	agent.begin_episode(null)
	check_near(agent.info, [0.0, 0.0, 0.0], "columns of the next episode")


func test_undeclared_names_are_faults() -> void:
	var agent := _begun(["food"], ["speed"])
	agent.add_reward(1.0, "water")
	var fault := take_fault()
	check(fault.contains("water") and fault.contains("reward_components"), "component: " + fault)
	for column: String in ["height", "reward/food", ""]:
		agent.set_info(column, 1.0)
		check(take_fault().contains("info_names"), "column %s" % column)
	check_near(agent.info, [0.0, 0.0], "columns")


func test_faults_name_the_agent() -> void:
	var agent := _begun([], [])
	agent.set_info("height", 1.0)
	var fault := Faults.take()
	check_equal(fault["agent"], "seeker_0", "agent")
	check_equal(fault["node"], str(agent.get_path()), "node")
	check_equal(fault["kind"], "scene", "kind")


func test_only_the_first_fault_counts() -> void:
	var agent := _begun([], [])
	agent.set_info("height", 1.0)
	agent.set_info("weight", 1.0)
	check(take_fault().contains("height"), "the first one")
	check_equal(take_fault(), "", "after it was taken")


func test_terminated_agents_earn_no_more() -> void:
	var agent := _begun([], [])
	agent.add_reward(1.0)
	agent.terminate()
	agent.add_reward(2.0)
	check_equal(agent.reward, 3.0, "reward of the last step")
	check(agent.alive, "alive until the step ends")
	agent.end_step()
	check(not agent.alive and agent.terminated and not agent.truncated, "terminated")
	agent.add_reward(4.0)
	check_equal(agent.reward, 0.0, "reward of the dead")
	agent.truncate()
	check(not agent.truncated, "the dead are not truncated")
	agent.begin_episode(null)
	check(agent.alive and not agent.terminated, "a new episode")


func test_last_action_starts_neutral() -> void:
	var agent := _agent("Seeker")
	agent.action_space = ZooBox.vector(2)
	agent.begin_episode(null)
	check_equal(agent.last_action, PackedFloat32Array([0.0, 0.0]), "action")


func test_sensors_that_are_on_in_tree_order() -> void:
	var agent := _agent("Seeker")
	var group := Node.new()
	add(group, agent)
	var found: Array[ZooSensor] = []
	for parent: Node in [group, group, agent]:
		var sensor := ZooSensor.new()
		add(sensor, parent)
		found.append(sensor)
	found[1].enabled = false
	check_equal(agent.sensors(), [found[0], found[2]] as Array[ZooSensor], "sensors")


func _agent(node_name: String) -> ZooAgent:
	var agent := ZooAgent.new()
	agent.name = node_name
	add(agent)
	return agent


func _begun(components: PackedStringArray, columns: PackedStringArray) -> ZooAgent:
	var agent := _agent("Seeker")
	agent.reward_components = components
	agent.info_names = columns
	agent.action_space = ZooDiscrete.choices(2)
	agent.begin_episode(null)
	return agent
