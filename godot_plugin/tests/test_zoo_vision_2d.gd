extends "zoo_test.gd"
## A body at (100, 50) that looks along +X, and squares of 20 px to be seen.

const AT := Vector2(100.0, 50.0)


func test_cone_has_its_full_angle() -> void:
	var vision := _vision()
	vision.field_of_view = 90.0
	var target := _marker(Vector2.RIGHT)
	await ticks(2)
	var expected := {0.0: true, 44.9: true, -44.9: true, 45.1: false, -45.1: false, 180.0: false}
	for angle: float in expected:
		target.position = AT + 40.0 * Vector2.from_angle(deg_to_rad(angle))
		await ticks(1)
		check_equal(vision.sees(target), expected[angle], "%s degrees" % angle)


func test_cone_turns_with_a_scaled_body() -> void:
	var vision := _vision()
	var right := _marker(Vector2(0.0, 40.0))
	await ticks(2)
	check(not vision.sees(right), "ahead")
	var body: Node2D = vision.get_parent().get_parent()
	body.rotation = PI / 2.0
	body.scale = Vector2(0.5, 2.0)
	await ticks(1)
	check(vision.sees(right), "turned right")


func test_distance() -> void:
	var vision := _vision()
	vision.distance = 50.0
	var near := _marker(Vector2(49.0, 0.0))
	var far := _marker(Vector2(51.0, 0.0))
	await ticks(2)
	check(vision.sees(near) and not vision.sees(far), "50 px")


func test_wall_blocks_the_view() -> void:
	var vision := _vision()
	var target := box_2d(StaticBody2D.new(), AT + Vector2(80.0, 0.0))
	await ticks(2)
	check(vision.sees(target), "nothing between")
	var wall := box_2d(StaticBody2D.new(), AT + Vector2(40.0, 0.0))
	await ticks(1)
	check(not vision.sees(target), "wall between")
	check(vision.sees(wall), "the wall itself")
	wall.collision_layer = 0b10
	await ticks(1)
	check(vision.sees(target), "wall of another layer")


func test_eye_and_aim() -> void:
	var vision := _vision()
	vision.eye = Vector2(0.0, 20.0)
	var target := _marker(Vector2(80.0, 0.0))
	box_2d(StaticBody2D.new(), AT + Vector2(40.0, 0.0))
	await ticks(2)
	check(not vision.sees(target), "its origin")
	vision.aim = Vector2(0.0, 20.0)
	await ticks(1)
	check(vision.sees(target), "its side")


func test_target_at_the_place_of_the_eye() -> void:
	var vision := _vision()
	var target := _marker(Vector2.ZERO)
	await ticks(2)
	check(vision.sees(target), "at the very place")


func test_answers_are_remembered_within_a_tick() -> void:
	var vision := _vision()
	var target := _marker(Vector2(40.0, 0.0))
	await ticks(2)
	check(vision.sees(target), "ahead")
	target.position = AT - Vector2(40.0, 0.0)
	check(vision.sees(target), "moved in the same tick")
	await ticks(1)
	check(not vision.sees(target), "the next tick")


func test_target_of_another_world() -> void:
	var vision := _vision()
	var viewport := SubViewport.new()
	add(viewport)
	var target := Node2D.new()
	target.position = AT + Vector2(40.0, 0.0)
	add(target, viewport)
	await ticks(2)
	check(not vision.sees(target), "in another world")


func test_no_body_is_a_fault() -> void:
	var vision := ZooVision2D.new()
	add(vision, add(ZooAgent.new()))
	check_equal(vision._get_configuration_warnings().size(), 1, "warnings")
	check(not vision.sees(_marker(Vector2.ZERO)), "without a body")
	check(take_fault().contains("below a Node2D"), "the fault says what to do")


func _vision() -> ZooVision2D:
	var vision := ZooVision2D.new()
	var agent := ZooAgent.new()
	agent.add_child(vision)
	box_2d(CharacterBody2D.new(), AT).add_child(agent)
	return vision


func _marker(offset: Vector2) -> Node2D:
	var marker := Node2D.new()
	marker.position = AT + offset
	add(marker)
	return marker
