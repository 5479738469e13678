extends "zoo_test.gd"
## A target seen from a body at (5, 3, 1), 10 m as 1.

const AT := Vector3(5.0, 3.0, 1.0)
const NOTHING: PackedFloat32Array = [0.0, 0.0, 0.0, 0.0, 0.0]


func test_position_distance_and_visibility() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector3(2.0, 3.0, -6.0))
	await ticks(2)
	check_near(read(sensor), [0.2, 0.3, -0.6, 0.7, 1.0])


func test_position_is_in_the_frame_of_the_body() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector3(2.0, 3.0, -6.0))
	await ticks(2)
	sensor.body_3d().rotation.y = -PI / 2.0  # turned right
	sensor.body_3d().scale = Vector3(2.0, 2.0, 2.0)
	check_near(read(sensor), [-0.6, 0.3, -0.2, 0.7, 1.0])


func test_far_targets_are_clipped() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector3(-5.0, 0.0, 300.0))
	await ticks(2)
	check_near(read(sensor), [-0.5, 0.0, 1.0, 1.0, 1.0])


func test_a_wall_blocks_the_view() -> void:
	var sensor := _sensor()
	_aim(sensor, Vector3(0.0, 0.0, -8.0))
	var wall := box_3d(StaticBody3D.new(), AT + Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check_near(read(sensor), [0.0, 0.0, -0.8, 0.8, 0.0], "behind the wall")
	sensor.only_if_visible = true
	check_near(read(sensor), NOTHING, "not told")
	sensor.check_line_of_sight = false
	check_near(read(sensor), [0.0, 0.0, -0.8, 0.8, 1.0], "walls do not count")
	sensor.check_line_of_sight = true
	wall.collision_layer = 0b10
	check_near(read(sensor), [0.0, 0.0, -0.8, 0.8, 1.0], "another layer")


func test_eyes_look_over_a_wall() -> void:
	var sensor := _sensor()
	sensor.eye = Vector3(0.0, 1.5, 0.0)
	_aim(sensor, Vector3(0.0, 0.0, -8.0))
	box_3d(StaticBody3D.new(), AT + Vector3(0.0, 0.0, -4.0))
	await ticks(2)
	check_near(read(sensor), [0.0, 0.0, -0.8, 0.8, 1.0])


func test_a_solid_target_does_not_block_the_view_of_itself() -> void:
	var sensor := _sensor()
	var target := box_3d(CharacterBody3D.new(), AT + Vector3(0.0, 0.0, -5.0))
	sensor.target_path = sensor.get_path_to(target)
	await ticks(2)
	check_near(read(sensor), [0.0, 0.0, -0.5, 0.5, 1.0], "its body")
	var marker := Marker3D.new()
	add(marker, target)
	sensor.target_path = sensor.get_path_to(marker)
	check_near(read(sensor), [0.0, 0.0, -0.5, 0.5, 1.0], "a point in its body")


func test_without_a_target_all_is_zero() -> void:
	var sensor := _sensor()
	check_near(read(sensor), NOTHING, "none set")
	var target := _aim(sensor, Vector3(2.0, 3.0, -6.0))
	target.queue_free()
	check_near(read(sensor), NOTHING, "about to go")
	await ticks(2)
	check_near(read(sensor), NOTHING, "freed")


func test_nearest_member_of_a_group() -> void:
	var sensor := _sensor()
	sensor.target_group = &"prey"
	sensor.body_3d().add_to_group(&"prey")  # never itself
	var far := _aim(sensor, Vector3(0.0, 6.0, 0.0))
	var near := _aim(sensor, Vector3(0.0, -2.0, 0.0))
	sensor.target_path = NodePath()
	far.add_to_group(&"prey")
	near.add_to_group(&"prey")
	await ticks(2)
	check_near(read(sensor), [0.0, -0.2, 0.0, 0.2, 1.0], "near")
	near.free()
	check_near(read(sensor), [0.0, 0.6, 0.0, 0.6, 1.0], "far")


func test_no_body_is_a_fault() -> void:
	var sensor := ZooTargetSensor3D.new()
	mount(sensor, add(Node.new()))
	check_near(read(sensor), NOTHING)
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


func _sensor() -> ZooTargetSensor3D:
	var sensor := ZooTargetSensor3D.new()
	sensor.max_distance = 10.0
	mount(sensor, box_3d(CharacterBody3D.new(), AT))
	return sensor


func _aim(sensor: ZooTargetSensor3D, offset: Vector3) -> Node3D:
	var target := Node3D.new()
	target.position = AT + offset
	add(target)
	sensor.target_path = sensor.get_path_to(target)
	return target
