extends "zoo_test.gd"
## A body at (100, 50) that looks along +X, in the middle of 3 rows of 3 cells of 20 px.

const AT := Vector2(100.0, 50.0)


func test_channels_rows_and_columns() -> void:
	var sensor := _sensor([&"prey", &"trap"])
	_node(&"prey", Vector2(20.0, 0.0))
	_node(&"trap", Vector2(0.0, 29.0))
	_node(&"trap", Vector2(0.0, -31.0))
	check_near(read(sensor), [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
	check_equal(Array(sensor.space().shape), [2, 3, 3], "shape")


func test_grid_turns_with_the_body_or_not() -> void:
	var sensor := _sensor([&"prey"])
	_node(&"prey", Vector2(20.0, 0.0))
	sensor.body_2d().rotation = PI / 2.0
	check_near(read(sensor), [0, 0, 0, 1, 0, 0, 0, 0, 0], "turned right")
	sensor.turns_with_body = false
	check_near(read(sensor), [0, 1, 0, 0, 0, 0, 0, 0, 0], "not turned")


func test_no_body_is_a_fault() -> void:
	var sensor := ZooGridSensor2D.new()
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node2D"), "the fault says what to do")


func _sensor(groups: Array[StringName]) -> ZooGridSensor2D:
	var sensor := ZooGridSensor2D.new()
	sensor.groups = groups
	sensor.rows = 3
	sensor.columns = 3
	sensor.cell_size = 20.0
	mount(sensor, box_2d(CharacterBody2D.new(), AT))
	return sensor


func _node(group: StringName, offset: Vector2) -> Node2D:
	var node := Node2D.new()
	node.position = AT + offset
	node.add_to_group(group)
	add(node)
	return node
