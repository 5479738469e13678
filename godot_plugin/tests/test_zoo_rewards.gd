extends "zoo_test.gd"
## Rewards for an agent on a body: when each is earned, how often, and what it ends.


func test_reach_in_3d_once() -> void:
	var body := add(Node3D.new()) as Node3D
	var target := add(Node3D.new()) as Node3D
	var reach := ZooReachReward.new()
	reach.distance = 2.0
	reach.amount = 5.0
	reach.component = "there"
	reach.target_group = &"prey"  # until its path is known
	var agent := _agent(body, reach)
	reach.target_path = reach.get_path_to(target)
	agent.start_parts()
	target.position = Vector3(0.0, 0.0, 3.0)
	check_equal(_earned(agent), 0.0, "too far")
	target.position.z = 2.0
	check_equal(_earned(agent), 5.0, "near enough")
	check_equal(_earned(agent), 0.0, "only once")
	check(not agent.terminated, "ends nothing")
	agent.start_parts()
	check_equal(_earned(agent), 5.0, "in the next episode")
	target.free()
	agent.start_parts()
	check_equal(_earned(agent), 0.0, "its target is gone")


func test_reach_in_2d_each_step_by_group() -> void:
	var body := add(Node2D.new()) as Node2D
	body.add_to_group(&"prey")  # never itself
	var reach := ZooReachReward.new()
	reach.distance = 50.0
	reach.once = false
	reach.target_group = &"prey"
	var agent := _agent(body, reach)
	check_equal(_earned(agent), 0.0, "nobody there")
	var target := Node2D.new()
	target.position = Vector2(30.0, -40.0)
	target.add_to_group(&"prey")
	add(target)
	check_equal(_earned(agent) + _earned(agent), 2.0, "in each step")
	target.position.x = 31.0
	check_equal(_earned(agent), 0.0, "too far")


func test_a_group_is_that_of_the_arena() -> void:
	var body := add(Node3D.new()) as Node3D
	var agent := _agent(body, _reach_prey())
	var other := Node3D.new()
	other.add_to_group(&"prey")
	tree.root.add_child(other)
	check_equal(_earned(agent), 0.0, "another arena's")
	other.reparent(_stage)
	agent.start_parts()
	check_equal(_earned(agent), 1.0, "this arena's")


func test_a_group_whose_members_change_places() -> void:
	var agent := _agent(add(Node3D.new()), _reach_prey())
	var far := Node3D.new()
	far.position.x = 9.0
	far.add_to_group(&"prey")
	add(far)
	var near := add(Node3D.new())
	check_equal(_earned(agent), 0.0, "the far one is it")
	far.remove_from_group(&"prey")
	near.add_to_group(&"prey")
	check_equal(_earned(agent), 1.0, "the near one is it")


func test_a_group_that_another_arena_changes_too() -> void:
	var agent := _agent(add(Node3D.new()), _reach_prey())
	var theirs := Node3D.new()
	theirs.add_to_group(&"prey")
	tree.root.add_child(theirs)
	check_equal(_earned(agent), 0.0, "another arena's")
	await ticks(1)
	theirs.free()
	var ours := Node3D.new()
	ours.add_to_group(&"prey")
	add(ours)
	check_equal(_earned(agent), 1.0, "as many as before, but one is of this arena")


func test_what_an_agent_is_part_of_is_no_target() -> void:
	var body := add(Node3D.new())
	body.add_to_group(&"prey")
	var agent := _agent(add(Node3D.new(), body), _reach_prey())
	check_equal(_earned(agent), 0.0, "the body's body")


func test_a_target_out_of_the_tree() -> void:
	var target := add(Node3D.new())
	var reach := _reach_prey()  # until its path is known
	var agent := _agent(add(Node3D.new()), reach)
	reach.target_path = reach.get_path_to(target)
	agent.start_parts()
	_stage.remove_child(target)
	check_equal(_earned(agent), 0.0, "out of the tree")
	_stage.add_child(target)
	check_equal(_earned(agent), 1.0, "back again")


func test_fall() -> void:
	var space := add(Node3D.new()) as Node3D
	var in_3d := _agent(space, _fall(-2.0))
	check_equal(_earned(in_3d), 0.0, "3D, standing")
	space.position.y = -2.5
	check_equal(_earned(in_3d), -1.0, "3D, below")
	check(in_3d.terminated, "ends the episode")
	var plane := add(Node2D.new()) as Node2D
	var in_2d := _agent(plane, _fall(600.0))
	plane.position.y = -1000.0
	check_equal(_earned(in_2d), 0.0, "2D, high up")
	plane.position.y = 601.0
	check_equal(_earned(in_2d), -1.0, "2D, below")


func test_approach_pays_new_minima() -> void:
	var body := add(Node3D.new()) as Node3D
	var target := add(Node3D.new()) as Node3D
	target.position.x = 10.0
	var approach := ZooApproachReward.new()
	approach.amount = 0.5
	approach.penalty = 0.25
	approach.component = "closer"
	approach.target_group = &"prey"  # until its path is known
	var agent := _agent(body, approach)
	approach.target_path = approach.get_path_to(target)
	agent.start_parts()
	var expected := {1.0: 0.5, 2.0: 0.5, 2.00001: 0.5, 1.5: -0.25, 2.0001: 0.5}
	for x: float in expected:
		body.position.x = x
		check_equal(_earned(agent), expected[x], "at %f" % x)
	check_equal(_earned(agent), -0.25, "standing still")
	body.position.x = 0.0
	agent.start_parts()
	body.position.x = 1.0
	check_equal(_earned(agent), 0.5, "in the next episode")


func test_touch_by_a_rigid_body_in_any_tick() -> void:
	var body := RigidBody3D.new()
	box_3d(body, Vector3(0.0, 1.5, 0.0))
	body.physics_material_override = PhysicsMaterial.new()
	body.physics_material_override.bounce = 1.0
	var ground := box_3d(StaticBody3D.new(), Vector3(0.0, -1.0, 0.0))
	var agent := _agent(body, _touch(ground))
	check_equal(_earned(agent), 0.0, "in the air")
	await ticks(40)
	check(body.linear_velocity.y > 0.0 or body.position.y > 1.05, "bounced")
	check_equal(_earned(agent), 1.0, "touched on the way")
	check_equal(_earned(agent), 0.0, "only once")


func test_touch_of_an_earlier_step_does_not_count() -> void:
	var body := RigidBody3D.new()
	box_3d(body, Vector3(0.0, 0.99, 0.0))
	var ground := box_3d(StaticBody3D.new(), Vector3(0.0, -1.0, 0.0))
	var touch := _touch(ground)
	touch.once = false
	var agent := _agent(body, touch)
	await ticks(10)
	body.gravity_scale = -1.0
	body.linear_velocity.y = 5.0
	await ticks(1)
	agent.environment.step_started.emit()
	await ticks(10)
	check_equal(_earned(agent), 0.0, "it touched while the scene settled: %s" % body.position)


func test_touch_by_a_character() -> void:
	var in_3d := CharacterBody3D.new()
	box_3d(in_3d, Vector3(0.0, 0.0, 0.0))
	var wall_3d := box_3d(StaticBody3D.new(), Vector3(3.0, 0.0, 0.0))
	var agent_3d := _agent(in_3d, _touch(wall_3d))
	var in_2d := CharacterBody2D.new()
	box_2d(in_2d, Vector2.ZERO)
	var wall_2d := box_2d(StaticBody2D.new(), Vector2(50.0, 0.0))
	var agent_2d := _agent(in_2d, _touch(wall_2d))
	for i in 30:
		await ticks(1)
		in_3d.velocity = Vector3(4.0, 0.0, 0.0)
		in_3d.move_and_slide()
		in_2d.velocity = Vector2(120.0, 0.0)
		in_2d.move_and_slide()
		if i == 5:
			check_equal([_earned(agent_3d), _earned(agent_2d)], [0.0, 0.0], "on the way")
	check_equal(_earned(agent_3d), 1.0, "3D")
	check_equal(_earned(agent_2d), 1.0, "2D")


func test_touch_of_areas_and_by_areas() -> void:
	var body_3d := box_3d(CharacterBody3D.new(), Vector3.ZERO)
	var zone_3d := box_3d(Area3D.new(), Vector3(0.5, 0.0, 0.0))
	var body_2d := box_2d(CharacterBody2D.new(), Vector2.ZERO)
	var zone_2d := box_2d(Area2D.new(), Vector2(5.0, 0.0))
	var far_3d := box_3d(CharacterBody3D.new(), Vector3(20.0, 0.0, 0.0))
	var agents: Array[ZooAgent] = [
		_agent(body_3d, _touch(zone_3d)),
		_agent(zone_3d, _touch(body_3d)),
		_agent(body_2d, _touch(zone_2d)),
		_agent(zone_2d, _touch(body_2d)),
	]
	var outside := _agent(far_3d, _touch(zone_3d))
	await ticks(4)
	for agent in agents:
		check_equal(_earned(agent), 1.0, str(agent.get_parent()))
	check_equal(_earned(outside), 0.0, "outside")


func test_columns_of_the_infos() -> void:
	var body := add(Node3D.new())
	var first := _fall(1.0)
	first.component = "fell"
	var shared := _fall(2.0)
	shared.component = "fell"
	var unnamed := _fall(3.0)
	unnamed.component = ""
	var off := _fall(4.0)
	off.component = "off"
	off.enabled = false
	var agent := ZooAgent.new()
	agent.name = "Runner"
	agent.reward_components = ["food"]
	agent.info_names = ["speed"]
	for reward: ZooReward in [first, shared, unnamed, off]:
		agent.add_child(reward)
	add(agent, body)
	_begin(agent)
	check_equal(Array(agent.info_columns()), ["reward/food", "reward/fell", "speed"], "columns")
	agent.add_reward(2.0, "food")
	agent.set_info("speed", 7.0)
	agent.score()
	check_equal(agent.reward, 2.0 - 3.0, "reward")
	check_near(agent.info, [2.0, -2.0, 7.0], "infos")
	agent.end_step()
	check_near(agent.info, [0.0, 0.0, 7.0], "infos of the next step")


func test_no_body_is_a_fault() -> void:
	_agent(add(Node.new()), _fall(0.0))
	check(take_fault().contains("below a Node2D or a Node3D"), "the fault says what to do")


func test_warnings() -> void:
	for reward: ZooReward in [ZooReachReward.new(), ZooApproachReward.new(), ZooTouchReward.new()]:
		add(reward)
		check_equal(reward._get_configuration_warnings().size(), 2, "no agent, no target")
	var touch := _touch(add(StaticBody3D.new()))
	_agent(add(Node3D.new()), touch)
	check(touch._get_configuration_warnings()[0].contains("Only a body"), "cannot touch")
	var fall := _fall(-3.0)
	_agent(add(Node2D.new()), fall)
	check(fall._get_configuration_warnings()[0].contains("y points down"), "2D")
	var lost := _fall(0.0)
	_agent(add(Node.new()), lost)
	check(lost._get_configuration_warnings()[0].contains("below a Node2D"), "no body")
	check(take_fault() != "", "and a fault")


func _fall(height: float) -> ZooFallReward:
	var fall := ZooFallReward.new()
	fall.height = height
	fall.amount = -1.0
	fall.terminates = true
	return fall


func _touch(target: Node) -> ZooTouchReward:
	var touch := ZooTouchReward.new()
	touch.target_path = target.get_path()
	return touch


func _agent(body: Node, reward: ZooReward) -> ZooAgent:
	var agent := ZooAgent.new()
	agent.name = "Runner"
	agent.add_child(reward)
	add(agent, body)
	_begin(agent)
	return agent


func _begin(agent: ZooAgent) -> void:
	var environment := StillEnvironment.new()
	add(environment)
	environment.owner = _stage  # the root of the arena
	agent.begin_episode(environment)
	agent.start_parts()


## What a step of [param agent] earns.
func _earned(agent: ZooAgent) -> float:
	agent.score()
	var earned := agent.reward
	agent.reward = 0.0
	return earned


## Earns 1.0 in each step in which one of the group prey is within 1 m.
func _reach_prey() -> ZooReachReward:
	var reach := ZooReachReward.new()
	reach.target_group = &"prey"
	reach.once = false
	return reach
