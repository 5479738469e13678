extends "zoo_test.gd"
## A body at (100, 50) that looks along +X; 500 px and 500 px/s are observed as 1.

const AT := Vector2(100.0, 50.0)


func test_nearest_first_and_the_rest_zero() -> void:
	var sensor := _sensor(3)
	_entity(Vector2(300.0, -100.0))
	_entity(Vector2(0.0, 50.0))
	await ticks(2)
	check_near(read(sensor), [0, 0.1, 1, 0.6, -0.2, 1, 0, 0, 0])


func test_tree_order() -> void:
	var sensor := _sensor(2)
	sensor.order = ZooEntitySensor2D.Order.TREE
	var first := _entity(Vector2(300.0, -100.0))
	_entity(Vector2(0.0, 50.0))
	_entity(Vector2(0.0, 10.0))
	check_near(read(sensor), [0.6, -0.2, 1, 0, 0.1, 1])
	first.free()
	check_near(read(sensor), [0, 0, 0, 0, 0.1, 1], "freed in mid-episode")


func test_positions_are_in_the_frame_of_a_turned_and_scaled_body() -> void:
	var sensor := _sensor(1)
	_entity(Vector2(300.0, 0.0))
	sensor.body_2d().rotation = PI / 2.0
	sensor.body_2d().scale = Vector2(1.0, 2.0)
	check_near(read(sensor), [0, -0.6, 1])


func test_all_floats_of_a_slot() -> void:
	var sensor := _sensor(1)
	sensor.with_velocity = true
	sensor.with_rotation = true
	sensor.extras = [&"z_index", &"visible"]
	var character := CharacterBody2D.new()
	character.velocity = Vector2(0.0, -250.0)
	character.rotation = 0.3
	character.z_index = 7
	character.add_to_group(&"prey")
	box_2d(character, AT + Vector2(50.0, 0.0))
	check_near(read(sensor), [0.1, 0, 0, -0.5, sin(0.3), cos(0.3), 7, 1, 1])
	check_equal(Array(sensor.space().shape), [1, 9], "shape")


func test_velocity_of_other_nodes() -> void:
	var sensor := _sensor(1)
	sensor.with_velocity = true
	var node := _entity(Vector2(50.0, 0.0))
	check_near(read(sensor), [0.1, 0, 0, 0, 1], "at first")
	node.position.y += 100.0 * sensor.step_seconds()
	check_near(read(sensor).slice(2), [0, 0.2, 1], "moved", 1e-3)


func test_unseen_ones_leave_no_trace() -> void:
	var sensor := _sensor(2)
	var vision := ZooVision2D.new()
	sensor.get_parent().add_child(vision)
	sensor.vision = NodePath("../" + str(vision.name))
	_entity(Vector2(-50.0, 0.0))
	_entity(Vector2(250.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.5, 0, 1, 0, 0, 0])


func test_no_body_is_a_fault() -> void:
	var sensor := ZooEntitySensor2D.new()
	sensor.group = &"prey"
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node2D"), "the fault says what to do")


## Slots of position and mask only.
func _sensor(count: int) -> ZooEntitySensor2D:
	var sensor := ZooEntitySensor2D.new()
	sensor.group = &"prey"
	sensor.count = count
	sensor.with_velocity = false
	mount(sensor, box_2d(CharacterBody2D.new(), AT))
	return sensor


func _entity(offset: Vector2) -> Node2D:
	var node := Node2D.new()
	node.position = AT + offset
	node.add_to_group(&"prey")
	add(node)
	return node
