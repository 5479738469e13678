extends "actuator_test.gd"
## A body at the origin is moved in its own frame: by speed, or by force and torque.


func test_character_moves_in_its_own_frame() -> void:
	var body := _character(CharacterBody2D.MOTION_MODE_FLOATING)
	var agent := agent_on(body, [_mover()])
	await act(agent, PackedFloat32Array([0.0, 1.0, 0.0]), 30)
	_check_near(body.position, Vector2(30.0, 0.0), "forward")
	await act(agent, PackedFloat32Array([1.0, 0.0, 0.0]), 30)
	_check_near(body.position, Vector2(30.0, 30.0), "to its right")
	body.rotation = PI / 2.0
	await act(agent, PackedFloat32Array([0.0, -1.0, 0.0]), 30)
	_check_near(body.position, Vector2(30.0, 0.0), "backwards, turned right")
	await act(agent, PackedFloat32Array([0.0, 0.0, 1.0]), 30)
	check_near([body.rotation_degrees], [135.0], "half a second at 90 °/s", 1e-3)


func test_grounded_character_falls_walks_and_jumps() -> void:
	var ground := box_2d(StaticBody2D.new(), Vector2(0.0, 40.0))
	ground.scale.x = 50.0
	var body := _character(CharacterBody2D.MOTION_MODE_GROUNDED)
	var mover := _mover()
	mover.strafe = false
	mover.turn = false
	mover.jump = true
	var agent := agent_on(body, [mover])
	await act(agent, PackedFloat32Array([0.0, 0.0]), 60)
	check(body.is_on_floor(), "on the ground: %s" % body.position)
	await act(agent, PackedFloat32Array([1.0, 1.0]), 1)
	check_near([body.velocity.x, body.velocity.y], [60.0, -400.0], "jump", 1e-3)


func test_rigid_body_by_force_and_torque() -> void:
	var body := RigidBody2D.new()
	body.gravity_scale = 0.0
	body.mass = 2.0
	body.inertia = 400.0
	body.linear_damp_mode = RigidBody2D.DAMP_MODE_REPLACE
	body.angular_damp_mode = RigidBody2D.DAMP_MODE_REPLACE
	box_2d(body, Vector2.ZERO)
	var mover := _mover()
	mover.force = 80.0
	mover.torque = 200.0
	mover.max_speed = 15.0
	var agent := agent_on(body, [mover])
	await act(agent, PackedFloat32Array([0.5, 0.0, 0.0]), 30)
	_check_near(body.linear_velocity, Vector2(0.0, 10.0), "40 kg px/s² for 0.5 s")
	await act(agent, PackedFloat32Array([1.0, 0.0, 0.0]), 90)
	check(body.linear_velocity.length() < 16.0, "too fast: %s" % body.linear_velocity)
	await act(agent, PackedFloat32Array([0.0, 0.0, -1.0]), 30)
	check_near([body.angular_velocity], [-0.25], "torque", 1e-3)


func test_no_body_is_a_fault() -> void:
	agent_on(add(Node2D.new()), [_mover()])
	check(take_fault().contains("below a CharacterBody2D"), "the fault says what to do")


func test_warnings() -> void:
	var lost := ZooMoveActuator2D.new()
	add(lost)
	check_equal(lost._get_configuration_warnings().size(), 2, "no agent, no body")
	var mover := _mover()
	agent_on(_character(CharacterBody2D.MOTION_MODE_FLOATING), [mover])
	check_equal(mover._get_configuration_warnings().size(), 0, "all there")


func _mover() -> ZooMoveActuator2D:
	var mover := ZooMoveActuator2D.new()
	mover.speed = 60.0
	mover.turn_speed = 90.0
	return mover


func _character(mode: CharacterBody2D.MotionMode) -> CharacterBody2D:
	var body := CharacterBody2D.new()
	body.motion_mode = mode
	box_2d(body, Vector2.ZERO)
	return body


func _check_near(actual: Vector2, expected: Vector2, what: String) -> void:
	check_near([actual.x, actual.y], [expected.x, expected.y], what, 1e-3)
