extends "zoo_test.gd"
## A body at (5, 3, 1) that looks along -Z, and cubes of 2 m to be seen.

const Bridge := preload("res://addons/pettingzoo_godot/runtime/bridge.gd")
const View := preload("res://addons/pettingzoo_godot/sensors/debug_view.gd")

const AT := Vector3(5.0, 3.0, 1.0)


func test_cone_has_its_full_angle() -> void:
	var vision := _vision()
	vision.field_of_view = 90.0
	var target := _marker(Vector3.FORWARD)
	await ticks(2)
	var expected := {0.0: true, 44.9: true, -44.9: true, 45.1: false, -45.1: false, 180.0: false}
	for angle: float in expected:
		target.position = AT + 4.0 * Vector3.FORWARD.rotated(Vector3.UP, deg_to_rad(angle))
		await ticks(1)
		check_equal(vision.sees(target), expected[angle], "%s degrees aside" % angle)
		target.position = AT + 4.0 * Vector3.FORWARD.rotated(Vector3.RIGHT, deg_to_rad(angle))
		await ticks(1)
		check_equal(vision.sees(target), expected[angle], "%s degrees up" % angle)


func test_full_circle() -> void:
	var vision := _vision()
	vision.field_of_view = 360.0
	var behind := _marker(Vector3(0.0, 0.0, 4.0))
	await ticks(2)
	check(vision.sees(behind), "behind")


func test_cone_turns_with_a_scaled_body() -> void:
	var vision := _vision()
	var right := _marker(Vector3(4.0, 0.0, 0.0))
	var ahead := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check(vision.sees(ahead) and not vision.sees(right), "ahead")
	var body: Node3D = vision.get_parent().get_parent()
	body.rotation.y = -PI / 2.0
	body.scale = Vector3(0.5, 2.0, 3.0)
	await ticks(1)
	check(vision.sees(right) and not vision.sees(ahead), "turned right")


func test_distance() -> void:
	var vision := _vision()
	var near := _marker(Vector3(0.0, 0.0, -4.9))
	var far := _marker(Vector3(0.0, 0.0, -5.1))
	await ticks(2)
	check(vision.sees(near) and vision.sees(far), "without limit")
	vision.distance = 5.0
	await ticks(1)
	check(vision.sees(near) and not vision.sees(far), "5 m")


func test_wall_blocks_the_view() -> void:
	var vision := _vision()
	var target := box_3d(RigidBody3D.new(), AT + Vector3(0.0, 0.0, -8.0))
	(target as RigidBody3D).gravity_scale = 0.0
	await ticks(2)
	check(vision.sees(target), "nothing between")
	var wall := box_3d(StaticBody3D.new(), AT + Vector3(0.0, 0.0, -4.0))
	await ticks(1)
	check(not vision.sees(target), "wall between")
	check(vision.sees(wall), "the wall itself")
	wall.collision_layer = 0b10
	await ticks(1)
	check(vision.sees(target), "wall of another layer")


func test_eye_and_aim() -> void:
	var vision := _vision()
	vision.eye = Vector3(0.0, 2.0, 0.0)
	var target := _marker(Vector3(0.0, 0.0, -8.0))
	box_3d(StaticBody3D.new(), AT + Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check(not vision.sees(target), "its feet")
	vision.aim = Vector3(0.0, 2.0, 0.0)
	await ticks(1)
	check(vision.sees(target), "its head")


func test_target_at_the_place_of_the_eye() -> void:
	var vision := _vision()
	var target := _marker(Vector3.ZERO)
	await ticks(2)
	check(vision.sees(target), "at the very place")


func test_parts_of_the_target_do_not_block() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -8.0))
	var shield := box_3d(StaticBody3D.new(), AT)
	shield.reparent(target)
	shield.position = Vector3(0.0, 0.0, 3.0)
	await ticks(2)
	check(vision.sees(target), "behind its own shield")


func test_one_that_is_off_sees_nothing() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	vision.enabled = false
	check(not vision.sees(target), "off")
	vision.enabled = true
	check(vision.sees(target), "on again, in the same tick")
	check(not vision.sees(null), "nobody")


func test_answers_are_remembered_within_a_tick() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check(vision.sees(target), "ahead")
	target.position = AT + Vector3(0.0, 0.0, 4.0)
	check(vision.sees(target), "moved in the same tick")
	await ticks(1)
	check(not vision.sees(target), "the next tick")


func test_a_reset_in_the_same_tick_forgets() -> void:
	var environment := StillEnvironment.new()
	add(environment)
	var vision := _vision(environment)
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	environment.step_count = 7
	check(vision.sees(target), "before")
	target.position = AT + Vector3(0.0, 0.0, 4.0)
	environment.step_count = 0
	check(not vision.sees(target), "after")


func test_memory_lasts_while_time_stands_still() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check(vision.sees(target), "ahead")
	await ticks(1)
	Bridge.waits += 1  # that was no tick: Python was waited for, or a picture was drawn
	target.position = AT + Vector3(0.0, 0.0, 4.0)
	check(vision.sees(target), "still the same tick")
	await ticks(1)
	check(not vision.sees(target), "the next one")


func test_pictures_leave_no_memory() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await tree.process_frame
	check(vision.sees(target), "ahead")
	target.position = AT + Vector3(0.0, 0.0, 4.0)
	check(not vision.sees(target), "moved between two ticks")


func test_pictures_within_a_tick_leave_no_memory() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	var answers: Array[bool] = []
	View.paint(vision, func(asked: ZooVision3D) -> void: answers.append(asked.sees(target)))
	check_equal(answers, [true] as Array[bool], "while a picture is painted")
	target.position = AT + Vector3(0.0, 0.0, 4.0)
	check(not vision.sees(target), "moved afterwards")


func test_nothing_is_drawn_without_a_window() -> void:
	var vision := _vision()
	vision.debug_draw = true
	check_equal(vision.get_child_count(true), 0, "children")


func test_target_that_is_gone() -> void:
	var vision := _vision()
	var target := _marker(Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	target.queue_free()
	check(not vision.sees(target), "about to be freed")
	var removed := _marker(Vector3(0.0, 0.0, -4.0))
	removed.get_parent().remove_child(removed)
	check(not vision.sees(removed), "out of the tree")
	removed.free()


func test_target_of_another_world() -> void:
	var vision := _vision()
	var viewport := SubViewport.new()
	viewport.own_world_3d = true
	add(viewport)
	var target := Node3D.new()
	target.position = AT + Vector3(0.0, 0.0, -4.0)
	add(target, viewport)
	await ticks(2)
	check(not vision.sees(target), "in another world")


func test_no_body_is_a_fault() -> void:
	var vision := ZooVision3D.new()
	add(vision, add(ZooAgent.new()))
	check_equal(vision._get_configuration_warnings().size(), 1, "warnings")
	check(not vision.sees(_marker(Vector3.ZERO)), "without a body")
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


func _vision(environment: ZooEnvironment = null) -> ZooVision3D:
	var vision := ZooVision3D.new()
	var agent := ZooAgent.new()
	agent.environment = environment
	agent.add_child(vision)
	box_3d(CharacterBody3D.new(), AT).add_child(agent)
	return vision


func _marker(offset: Vector3) -> Node3D:
	var marker := Node3D.new()
	marker.position = AT + offset
	add(marker)
	return marker
