extends "actuator_test.gd"
## A body at the origin is moved in its own frame: by speed, or by force and torque.


func test_character_moves_in_its_own_frame() -> void:
	var body := _floating()
	var agent := agent_on(body, [_mover(6.0)])
	await act(agent, _floats(0.0, 1.0, 0.0), 30)
	_check_near(body.position, Vector3(0.0, 0.0, -3.0), "forward")
	body.rotation.y = -PI / 2.0  # to the right
	await act(agent, _floats(0.0, 1.0, 0.0), 30)
	_check_near(body.position, Vector3(3.0, 0.0, -3.0), "forward, turned right")
	await act(agent, _floats(1.0, 0.0, 0.0), 30)
	_check_near(body.position, Vector3(3.0, 0.0, 0.0), "to its right")
	await act(agent, _floats(0.0, -0.5, 0.0), 30)
	_check_near(body.position, Vector3(1.5, 0.0, 0.0), "half the speed, backwards")


func test_character_turns_right() -> void:
	var body := _floating()
	var agent := agent_on(body, [_mover(6.0)])
	await act(agent, _floats(0.0, 0.0, 1.0), 30)
	check_near([body.rotation_degrees.y], [-45.0], "half a second at 90 °/s", 1e-3)


func test_both_directions_are_as_fast_as_one() -> void:
	var body := _floating()
	var agent := agent_on(body, [_mover(6.0)])
	await act(agent, _floats(1.0, 1.0, 0.0), 1)
	check_near([body.velocity.length()], [6.0], "speed")


func test_character_falls_lands_and_jumps() -> void:
	floor_3d()
	var body := CharacterBody3D.new()
	block_3d(body, Vector3(0.0, 1.0, 0.0), Vector3.ONE)
	var mover := _mover(6.0)
	mover.jump = true
	var agent := agent_on(body, [mover])
	await act(agent, PackedFloat32Array([0.0, 0.0, 0.0, 1.0]), 1)
	check(body.velocity.y <= 0.0, "no jump in the air: %s" % body.velocity)
	await act(agent, PackedFloat32Array([0.0, 0.0, 0.0, 0.0]), 60)
	check(body.is_on_floor(), "on the floor")
	await act(agent, PackedFloat32Array([0.0, 1.0, 0.0, 1.0]), 1)
	check_near([body.velocity.y, body.velocity.z], [4.5, -6.0], "jump", 1e-3)
	await act(agent, PackedFloat32Array([0.0, 1.0, 0.0, 0.0]), 1)
	check(body.velocity.y < 4.5 and body.position.y > 0.5, "gravity: %s" % body.velocity)


func test_elements_by_what_is_on() -> void:
	var body := _floating()
	var mover := _mover(6.0)
	mover.strafe = false
	mover.turn = false
	var agent := agent_on(body, [mover])
	check_equal(agent.action_space.size(), 1, "size")
	await act(agent, PackedFloat32Array([1.0]), 1)
	_check_near(body.velocity, Vector3(0.0, 0.0, -6.0), "forward")


func test_rigid_body_by_force_and_torque() -> void:
	var body := _rigid()
	body.mass = 2.0
	body.inertia = Vector3(4.0, 4.0, 4.0)
	var agent := agent_on(body, [_mover(6.0)])
	body.rotation.y = PI  # looks along +Z
	await ticks(2)
	await act(agent, _floats(0.0, 1.0, 0.0), 30)
	_check_near(body.linear_velocity, Vector3(0.0, 0.0, 20.0 / 2.0 / 2.0), "20 N for 0.5 s")
	await act(agent, _floats(0.0, 0.0, 1.0), 30)
	_check_near(body.angular_velocity, Vector3(0.0, -2.0 / 4.0 / 2.0, 0.0), "2 N m for 0.5 s")


func test_rigid_body_up_to_a_speed() -> void:
	var body := _rigid()
	var mover := _mover(6.0)
	mover.max_speed = 3.0
	var agent := agent_on(body, [mover])
	await act(agent, _floats(0.0, 1.0, 0.0), 60)
	var speed := -body.linear_velocity.z
	check(speed >= 3.0 and speed < 3.0 + 20.0 / 60.0 + 1e-3, "speed %f" % speed)
	await act(agent, _floats(0.0, -1.0, 0.0), 6)
	check(-body.linear_velocity.z < 2.0, "it may brake: %s" % body.linear_velocity)


func test_no_body_is_a_fault() -> void:
	agent_on(add(Node3D.new()), [_mover(1.0)])
	check(take_fault().contains("below a CharacterBody3D"), "the fault says what to do")


func test_warnings() -> void:
	var lost := ZooMoveActuator3D.new()
	add(lost)
	check_equal(lost._get_configuration_warnings().size(), 2, "no agent, no body")
	var mover := _mover(1.0)
	agent_on(_rigid(), [mover])
	check_equal(mover._get_configuration_warnings().size(), 0, "all there")
	mover.jump = true
	check(mover._get_configuration_warnings()[0].contains("jumps"), "rigid bodies do not jump")
	mover.jump = false
	mover.choices = 4
	check(mover._get_configuration_warnings()[0].contains("odd"), "no middle")
	mover.choices = 0
	mover.strafe = false
	mover.forward = false
	mover.turn = false
	check(mover._get_configuration_warnings()[0].contains("nothing"), "no element")


func _mover(speed: float) -> ZooMoveActuator3D:
	var mover := ZooMoveActuator3D.new()
	mover.speed = speed
	mover.turn_speed = 90.0
	return mover


func _floating() -> CharacterBody3D:
	var body := CharacterBody3D.new()
	body.motion_mode = CharacterBody3D.MOTION_MODE_FLOATING
	block_3d(body, Vector3.ZERO, Vector3.ONE)
	return body


func _rigid() -> RigidBody3D:
	var body := RigidBody3D.new()
	body.gravity_scale = 0.0
	body.linear_damp_mode = RigidBody3D.DAMP_MODE_REPLACE
	body.angular_damp_mode = RigidBody3D.DAMP_MODE_REPLACE
	block_3d(body, Vector3.ZERO, Vector3.ONE)
	return body


func _floats(strafe: float, forward: float, turn: float) -> PackedFloat32Array:
	return [strafe, forward, turn]


func _check_near(actual: Vector3, expected: Vector3, what: String) -> void:
	check_near([actual.x, actual.y, actual.z], [expected.x, expected.y, expected.z], what, 1e-3)
