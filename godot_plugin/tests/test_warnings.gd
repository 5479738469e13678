extends "zoo_test.gd"
## What the editor warns of.

const Mistakes := preload("res://addons/pettingzoo_godot/editor/mistakes.gd")


func test_agent() -> void:
	var agent := ZooAgent.new()
	add(agent)
	_check_warnings(agent, ["Set an action space"])
	agent.action_space = ZooBox.vector(1)
	_check_warnings(agent, [])
	agent.control_mode = ZooAgent.ControlMode.HUMAN
	_check_warnings(agent, ["HUMAN needs an input map"])
	agent.input_map = ZooInputMap.new()
	_check_warnings(agent, ["two input actions"])
	agent.input_map.axes = ["ui_left", "ui_right"]
	_check_warnings(agent, [])
	agent.control_mode = ZooAgent.ControlMode.INFERENCE
	_check_warnings(agent, ["INFERENCE needs a policy"])
	agent.policy = ZooPolicy.new()
	_check_warnings(agent, [])
	agent.agent_id = "Runner"
	_check_warnings(agent, ["runner_0"])
	agent.agent_id = "runner_0"
	_check_warnings(agent, [])


func test_agent_with_actuators() -> void:
	var agent := ZooAgent.new()
	add(agent, add(CharacterBody3D.new()))
	var mover := ZooMoveActuator3D.new()
	add(mover, agent)
	_check_warnings(agent, [])
	agent.input_map = ZooInputMap.new()
	_check_warnings(agent, ["two input actions"])
	agent.input_map.axes = ["", "", "ui_down", "ui_up", "ui_left", "ui_right"]
	_check_warnings(agent, [])
	var grab := ZooGrabActuator3D.new()
	grab.choices = 2
	add(grab, agent)
	_check_warnings(agent, ["set choices on all"])
	grab.enabled = false
	_check_warnings(agent, [])


func test_input_map_with_too_many_choices() -> void:
	var agent := ZooAgent.new()
	add(agent)
	agent.action_space = ZooDiscrete.choices(1)
	agent.input_map = ZooInputMap.new()
	agent.input_map.choices = ["ui_left", "ui_right"]
	_check_warnings(agent, ["2 choices, the action space has 1"])


func test_environment() -> void:
	var environment := StillEnvironment.new()
	add(environment)
	_check_warnings(environment, ["No ZooAgent"])
	_agent("Seeker", environment)
	_check_warnings(environment, [])
	_agent("Seeker0", environment)
	_check_warnings(environment, ["seeker_0"])


func test_arenas() -> void:
	var arenas := ZooArenas.new()  # not in the tree: there it would make its copies
	_check_warnings(arenas, ["Set a scene to copy"])
	arenas.scene = _packed(Node2D.new(), Node.new())
	_check_warnings(arenas, ["No ZooEnvironment in the scene"])
	arenas.scene = _packed(Node2D.new(), StillEnvironment.new())
	_check_warnings(arenas, [])
	arenas.scene = _packed(StillEnvironment.new(), Node.new())
	_check_warnings(arenas, [])
	arenas.free()


func test_parameters_need_names() -> void:
	var environment := StillEnvironment.new()
	add(environment)
	_agent("Seeker", environment)
	environment.parameters = [ZooParameter.make("wind", 1.0)]
	_check_warnings(environment, [])
	for wrong: ZooParameter in [null, ZooParameter.new(), ZooParameter.make("wind", 2.0)]:
		environment.parameters = [ZooParameter.make("wind", 1.0), wrong]
		_check_warnings(environment, ["a name of its own"])


func test_sensor_without_an_agent() -> void:
	var sensor := ZooSensor.new()
	add(sensor)
	_check_warnings(sensor, ["below a ZooAgent"])
	var last_action := ZooLastActionSensor.new()
	add(last_action)
	_check_warnings(last_action, ["below a ZooAgent"])


func test_sensors_without_a_body() -> void:
	var agent := _agent("Seeker", null)
	for sensor: ZooSensor in _sensors_2d():
		add(sensor, agent)
		_check_warnings(sensor, ["below a Node2D"])
	for sensor: ZooSensor in _sensors_3d():
		add(sensor, agent)
		_check_warnings(sensor, ["below a Node3D"])


func test_sensors_with_a_body() -> void:
	var in_2d := _agent("Seeker", add(Node2D.new()))
	for sensor: ZooSensor in _sensors_2d():
		add(sensor, in_2d)
		_check_warnings(sensor, [])
	var in_3d := _agent("Seeker", add(Node3D.new()))
	for sensor: ZooSensor in _sensors_3d():
		add(sensor, in_3d)
		_check_warnings(sensor, [])


func test_rays_that_hit_nothing() -> void:
	var rays_2d := ZooRaySensor2D.new()
	add(rays_2d, _agent("Seeker", add(Node2D.new())))
	var rays_3d := ZooRaySensor3D.new()
	add(rays_3d, _agent("Seeker", add(Node3D.new())))
	for rays: ZooSensor in [rays_2d, rays_3d]:
		rays.set(&"collision_mask", 0)
		_check_warnings(rays, ["hit nothing"])
		rays.set(&"collision_mask", 1)
		rays.set(&"collide_with_bodies", false)
		_check_warnings(rays, ["hit nothing"])
		rays.set(&"collide_with_areas", true)
		_check_warnings(rays, [])


func test_sensors_without_a_target() -> void:
	var in_2d := ZooTargetSensor2D.new()
	add(in_2d, _agent("Seeker", add(Node2D.new())))
	_check_warnings(in_2d, ["a target path or a target group"])
	var in_3d := ZooTargetSensor3D.new()
	add(in_3d, _agent("Seeker", add(Node3D.new())))
	_check_warnings(in_3d, ["a target path or a target group"])


func test_sensors_without_a_group() -> void:
	var in_2d := _agent("Seeker", add(Node2D.new()))
	var in_3d := _agent("Seeker", add(Node3D.new()))
	for sensor: ZooSensor in [ZooEntitySensor2D.new(), ZooEntitySensor3D.new()]:
		add(sensor, in_2d if sensor is ZooEntitySensor2D else in_3d)
		_check_warnings(sensor, ["Set a group"])
		sensor.set(&"group", &"prey")
		sensor.set(&"vision", ^"../nobody")
		_check_warnings(sensor, ["leads to no ZooVision"])
	for sensor: ZooSensor in [ZooGridSensor2D.new(), ZooGridSensor3D.new()]:
		add(sensor, in_2d if sensor is ZooGridSensor2D else in_3d)
		_check_warnings(sensor, ["Set the groups"])


func _sensors_2d() -> Array[ZooSensor]:
	var target := ZooTargetSensor2D.new()
	target.target_group = &"prey"
	var entity := ZooEntitySensor2D.new()
	entity.group = &"prey"
	var grid := ZooGridSensor2D.new()
	grid.groups = [&"prey"]
	return [ZooRaySensor2D.new(), target, ZooVelocitySensor2D.new(), entity, grid]


func _sensors_3d() -> Array[ZooSensor]:
	var target := ZooTargetSensor3D.new()
	target.target_group = &"prey"
	var entity := ZooEntitySensor3D.new()
	entity.group = &"prey"
	var grid := ZooGridSensor3D.new()
	grid.groups = [&"prey"]
	return [ZooRaySensor3D.new(), target, ZooVelocitySensor3D.new(), entity, grid]


func _packed(root: Node, child: Node) -> PackedScene:
	root.add_child(child)
	child.owner = root
	var scene := PackedScene.new()
	scene.pack(root)
	root.free()
	return scene


func _agent(node_name: String, parent: Node) -> ZooAgent:
	var agent := ZooAgent.new()
	agent.name = node_name
	agent.action_space = ZooDiscrete.choices(2)
	add(agent, parent)
	return agent


## The node warns of exactly as many things, each of them mentioned.
func _check_warnings(node: Node, mentions: PackedStringArray) -> void:
	var warnings := Mistakes.of(node)
	if node is ZooSensor:
		warnings = (node as ZooSensor)._get_configuration_warnings()
	check_equal(warnings.size(), mentions.size(), "warnings of %s: %s" % [node.name, warnings])
	for i in mini(warnings.size(), mentions.size()):
		check(warnings[i].contains(mentions[i]), "%s: no word of %s" % [warnings[i], mentions[i]])
