extends "zoo_test.gd"
## A target seen from a body at (100, 50), 100 px as 1.

const AT := Vector2(100.0, 50.0)


func test_position_distance_and_visibility() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector2(30.0, -40.0))
	await ticks(2)
	check_near(read(sensor), [0.3, -0.4, 0.5, 1.0])


func test_position_is_in_the_frame_of_the_body() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector2(30.0, -40.0))
	await ticks(2)
	sensor.body_2d().rotation = PI / 2.0
	check_near(read(sensor), [-0.4, -0.3, 0.5, 1.0])


func test_far_targets_are_clipped() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector2(-50.0, 300.0))
	await ticks(2)
	check_near(read(sensor), [-0.5, 1.0, 1.0, 1.0])


func test_a_wall_blocks_the_view() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector2(80.0, 0.0))
	var wall := box_2d(StaticBody2D.new(), AT + Vector2(40.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.8, 0.0, 0.8, 0.0], "behind the wall")
	sensor.only_if_visible = true
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "not told")
	sensor.check_line_of_sight = false
	check_near(read(sensor), [0.8, 0.0, 0.8, 1.0], "walls do not count")
	sensor.check_line_of_sight = true
	wall.collision_layer = 0b10
	check_near(read(sensor), [0.8, 0.0, 0.8, 1.0], "another layer")


func test_a_solid_target_does_not_block_the_view_of_itself() -> void:
	var sensor := _sensor()
	var target := box_2d(CharacterBody2D.new(), AT + Vector2(50.0, 0.0))
	sensor.target_path = sensor.get_path_to(target)
	await ticks(2)
	check_near(read(sensor), [0.5, 0.0, 0.5, 1.0], "its body")
	var marker := Marker2D.new()
	add(marker, target)
	sensor.target_path = sensor.get_path_to(marker)
	check_near(read(sensor), [0.5, 0.0, 0.5, 1.0], "a point in its body")


func test_without_a_target_all_is_zero() -> void:
	var sensor := _sensor()
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "none set")
	sensor.target_group = &"nobody"
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "empty group")
	var target := _aim(sensor, Vector2(30.0, -40.0))
	target.queue_free()
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "about to go")
	await ticks(2)
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "freed")


func test_nearest_member_of_a_group() -> void:
	var sensor := _sensor()
	sensor.target_group = &"prey"
	sensor.body_2d().add_to_group(&"prey")  # never itself
	var far := _member(Vector2(0.0, 60.0))
	var near := _member(Vector2(0.0, -20.0))
	await ticks(2)
	check_near(read(sensor), [0.0, -0.2, 0.2, 1.0], "near")
	near.free()
	check_near(read(sensor), [0.0, 0.6, 0.6, 1.0], "far")
	far.free()
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "nobody")


func test_targets_of_other_arenas_are_ignored() -> void:
	var arena := StillEnvironment.new()
	add(arena)
	var body := Node2D.new()
	add(body, arena)
	var sensor := ZooTargetSensor2D.new()
	sensor.target_group = &"prey"
	sensor.max_distance = 100.0
	mount(sensor, body, arena)
	_member(Vector2.ZERO - AT + Vector2(10.0, 0.0))
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0], "another arena's")
	var own := Node2D.new()
	own.position = Vector2(50.0, 0.0)
	own.add_to_group(&"prey")
	add(own, arena)
	check_near(read(sensor), [0.5, 0.0, 0.5, 1.0], "its own arena's")


func test_no_body_is_a_fault() -> void:
	var sensor := ZooTargetSensor2D.new()
	mount(sensor, add(Node.new()))
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0])
	check(take_fault().contains("below a Node2D"), "the fault says what to do")


func _sensor() -> ZooTargetSensor2D:
	var sensor := ZooTargetSensor2D.new()
	sensor.max_distance = 100.0
	mount(sensor, box_2d(CharacterBody2D.new(), AT))
	return sensor


func _aim(sensor: ZooTargetSensor2D, offset: Vector2) -> Node2D:
	var target := Node2D.new()
	target.position = AT + offset
	add(target)
	sensor.target_path = sensor.get_path_to(target)
	return target


func _member(offset: Vector2) -> Node2D:
	var member := Node2D.new()
	member.position = AT + offset
	member.add_to_group(&"prey")
	add(member)
	return member
