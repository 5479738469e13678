extends "actuator_test.gd"
## An agent of 1 m that looks along -Z holds boxes.

const ON: PackedFloat32Array = [1.0]
const OFF: PackedFloat32Array = [-1.0]

var _events: Array[String] = []


func test_holds_the_nearest_in_front_and_lets_go() -> void:
	var grab := _grab(_character())
	var near := _box("Near", Vector3(0.0, 0.5, -1.5))
	_box("Far", Vector3(0.6, 0.5, -1.9))
	_box("Behind", Vector3(0.0, 0.5, 1.2))
	await ticks(2)
	await act(grab.agent, ON)
	check(grab.held == near, "held")
	await act(grab.agent, OFF)
	check(grab.held == null, "after letting go")
	check_equal(_events, ["grabbed Near", "released Near"] as Array[String], "signals")


func test_reach_is_to_the_surface_of_a_long_box() -> void:
	var grab := _grab(_character())
	var bar := _box("Bar", Vector3(2.0, 0.5, -1.5), Vector3(5.0, 1.0, 1.0))
	grab.reach = 1.1
	await ticks(2)
	_again(grab)
	await act(grab.agent, ON)
	check(grab.held == bar, "1 m away")
	grab.agent._act(OFF)
	grab.reach = 0.9
	_again(grab)
	await act(grab.agent, ON)
	check(grab.held == null, "too far")


func test_not_through_a_wall() -> void:
	var grab := _grab(_character())
	_box("Box", Vector3(0.0, 0.5, -1.5))
	var wall := block_3d(StaticBody3D.new(), Vector3(0.0, 0.5, -0.8), Vector3(3.0, 1.0, 0.1))
	await ticks(2)
	await act(grab.agent, ON)
	check(grab.held == null, "behind the wall")
	wall.collision_layer = 2
	await act(grab.agent, ON)
	check(grab.held != null, "the wall is on another layer")


func test_one_holder_at_a_time() -> void:
	var first := _grab(_character())
	var second := _grab(_character(Vector3(0.0, 0.5, -3.0), PI))
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(first.agent, ON)
	await act(second.agent, ON)
	check(second.held == null, "held by the first")
	await act(first.agent, OFF)
	await act(second.agent, ON)
	check(second.held == box, "free again")
	second.agent.get_parent().free()
	await act(first.agent, ON)
	check(first.held == box, "its holder is gone")


func test_a_character_pulls_pushes_and_turns_a_box() -> void:
	floor_3d()
	var body := _character()
	var grab := _grab(body)
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(grab.agent, ON)
	for i in 60:  # back 2 m
		body.position.z += 2.0 / 60.0
		await act(grab.agent, ON)
	_check_place(box, Vector3(0.0, 0.5, 0.5), "pulled")
	for i in 60:
		body.position.z -= 1.0 / 60.0
		await act(grab.agent, ON)
	_check_place(box, Vector3(0.0, 0.5, -0.5), "pushed")
	for i in 90:
		body.rotate_y(PI / 180.0)
		await act(grab.agent, ON)
	_check_place(box, Vector3(-1.5, 0.5, 1.0), "swung to the left")
	check(absf(wrapf(box.rotation.y - PI / 2.0, -PI, PI)) < 0.05, "turned: %s" % box.rotation)
	await act(grab.agent, OFF)
	body.position.z += 1.0
	await act(grab.agent, OFF, 30)
	_check_place(box, Vector3(-1.5, 0.5, 1.0), "left alone")


func test_a_rigid_body_feels_what_it_holds() -> void:
	var alone := _pusher(Vector3(10.0, 0.5, 0.0))
	var loaded := _pusher(Vector3(0.0, 0.5, 0.0))
	var grab := _grab(loaded)
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	box.gravity_scale = 0.0
	await ticks(2)
	await act(grab.agent, ON)
	for i in 60:
		for body: RigidBody3D in [alone, loaded]:
			body.apply_central_force(Vector3(0.0, 0.0, 6.0))
		await act(grab.agent, ON)
	var speed := alone.linear_velocity.z
	check(speed > 1.0, "the lone one moves: %f" % speed)
	check_near([loaded.linear_velocity.z], [speed / 2.0], "twice the mass", 0.1)
	check_near([box.linear_velocity.z], [speed / 2.0], "the box", 0.1)
	check_near([box.position.z - loaded.position.z], [-1.5], "distance", 0.03)


func test_stays_at_a_wall_and_slips_away() -> void:
	floor_3d()
	block_3d(StaticBody3D.new(), Vector3(0.0, 1.0, -2.25), Vector3(4.0, 2.0, 0.2))
	var body := _character()
	var grab := _grab(body)
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	body.collision_mask = 0
	body.collision_layer = 0
	await ticks(2)
	await act(grab.agent, ON)
	for i in 60:
		body.position.z -= 3.0 / 60.0
		await act(grab.agent, ON)
	check(box.position.z > -1.75, "went into the wall: %s" % box.position)
	check_equal(_events.slice(0, 2), ["grabbed Box", "released Box"] as Array[String], "signals")


func test_lets_go_of_what_freezes_or_goes() -> void:
	var grab := _grab(_character())
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(grab.agent, ON)
	box.freeze = true
	await ticks(2)
	check(grab.held == null, "frozen")
	await act(grab.agent, ON)
	check(grab.held == null, "frozen ones are not held")
	box.freeze = false
	await act(grab.agent, ON)
	check(grab.held == box, "free again")
	box.free()
	await ticks(2)
	check(grab.held == null, "gone")
	check_equal(_events.back(), "released nothing", "signal")


func test_lets_go_when_the_agent_is_done() -> void:
	var grab := _grab(_character())
	_box("Box", Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(grab.agent, ON)
	check(grab.held != null, "held")
	grab.agent.terminate()
	grab.agent.end_step()
	check(grab.held == null, "after its end")


func test_sees_bodies_that_appear() -> void:
	var grab := _grab(_character())
	await ticks(2)
	await act(grab.agent, ON)
	check(grab.held == null, "nothing there")
	var box := _box("Box", Vector3(0.0, 0.5, -1.5))
	await act(grab.agent, ON, 2)
	check(grab.held == box, "it appeared")


func test_warnings() -> void:
	var grab := ZooGrabActuator3D.new()
	add(grab)
	check_equal(grab._get_configuration_warnings().size(), 3, "no agent, no body, no group")
	check_equal(_grab(_character())._get_configuration_warnings().size(), 0, "all there")


func _character(at: Vector3 = Vector3(0.0, 0.5, 0.0), turn: float = 0.0) -> CharacterBody3D:
	var body := CharacterBody3D.new()
	block_3d(body, at, Vector3.ONE)
	body.rotation.y = turn
	return body


func test_bodies_that_do_not_turn() -> void:
	for holder: CollisionObject3D in [_character(), _pusher(Vector3(9.0, 0.5, 0.0))]:
		if holder is RigidBody3D:
			(holder as RigidBody3D).lock_rotation = true
		var at := holder.position + Vector3(0.0, 0.0, -1.5)
		var box := _box("Box", at)
		box.lock_rotation = true
		box.gravity_scale = 0.0
		var grab := _grab(holder)
		await ticks(2)
		await act(grab.agent, ON, 20)
		check(grab.held == box, "held by %s" % holder.get_class())
		_check_place(box, at, "held by %s" % holder.get_class())


func _pusher(at: Vector3) -> RigidBody3D:
	var body := RigidBody3D.new()
	body.gravity_scale = 0.0
	block_3d(body, at, Vector3.ONE)
	return body


func _box(box_name: String, at: Vector3, size: Vector3 = Vector3.ONE) -> RigidBody3D:
	var body := RigidBody3D.new()
	body.name = box_name
	body.add_to_group(&"boxes")
	block_3d(body, at, size)
	return body


func _grab(body: Node3D) -> ZooGrabActuator3D:
	var grab := ZooGrabActuator3D.new()
	grab.group = &"boxes"
	grab.grabbed.connect(_note.bind("grabbed"))
	grab.released.connect(_note.bind("released"))
	agent_on(body, [grab])
	return grab


## Takes over what was changed.
func _again(grab: ZooGrabActuator3D) -> void:
	grab.set(&"_reach", null)
	grab._reset()


func _note(body: RigidBody3D, event: String) -> void:
	_events.append("%s %s" % [event, body.name if body != null else &"nothing"])


func _check_place(box: RigidBody3D, expected: Vector3, what: String) -> void:
	var message := "%s: expected %s, got %s" % [what, expected, box.position]
	check(box.position.distance_to(expected) < 0.1, message)
