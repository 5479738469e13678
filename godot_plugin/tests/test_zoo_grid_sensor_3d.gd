extends "zoo_test.gd"
## A body at (5, 3, 1) that looks along -Z, in the middle of 3 rows of 5 cells of 2 m.

const AT := Vector3(5.0, 3.0, 1.0)


func test_channels_rows_and_columns() -> void:
	var sensor := _sensor([&"prey", &"trap"])
	_node(&"prey", Vector3(0.0, 0.0, -2.0))
	_node(&"prey", Vector3(4.0, 9.0, 0.0))
	_node(&"trap", Vector3(-4.9, 0.0, 2.9))
	_node(&"trap", Vector3(-5.1, 0.0, 0.0))
	var prey: Array[float] = [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
	var trap: Array[float] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
	check_near(read(sensor), PackedFloat32Array(prey + trap))
	check_equal(Array(sensor.space().shape), [2, 3, 5], "shape")


func test_grid_turns_with_the_body_or_not() -> void:
	var sensor := _sensor([&"prey"])
	_node(&"prey", Vector3(0.0, 0.0, -2.0))
	sensor.body_3d().rotation.y = -PI / 2.0
	sensor.body_3d().scale = Vector3(3.0, 1.0, 2.0)
	check_near(read(sensor), _with(6), "turned right")
	sensor.turns_with_body = false
	check_near(read(sensor), _with(2), "not turned")


func test_height() -> void:
	var sensor := _sensor([&"prey"])
	sensor.height = 2.0
	_node(&"prey", Vector3(0.0, 1.1, -2.0))
	_node(&"prey", Vector3(0.0, -0.9, 2.0))
	check_near(read(sensor), _with(12))


func test_nodes_that_are_gone_or_new() -> void:
	var sensor := _sensor([&"prey"])
	var node := _node(&"prey", Vector3(0.0, 0.0, -2.0))
	check_near(read(sensor), _with(2), "there")
	node.free()
	check_near(read(sensor), _with(-1), "freed")
	_node(&"prey", Vector3(0.0, 0.0, 2.0))
	check_near(read(sensor), _with(-1), "not yet looked up")
	sensor.look_up()
	check_near(read(sensor), _with(12), "looked up")


func test_own_body_is_not_in_it_and_noise_changes_no_flag() -> void:
	var sensor := _sensor([&"prey"])
	sensor.body_3d().add_to_group(&"prey")
	sensor.noise = 0.5
	sensor.restart()
	check_near(read(sensor), _with(-1))


func test_no_body_is_a_fault() -> void:
	var sensor := ZooGridSensor3D.new()
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


func _sensor(groups: Array[StringName]) -> ZooGridSensor3D:
	var sensor := ZooGridSensor3D.new()
	sensor.groups = groups
	sensor.rows = 3
	sensor.columns = 5
	sensor.cell_size = 2.0
	mount(sensor, box_3d(CharacterBody3D.new(), AT))
	return sensor


func _node(group: StringName, offset: Vector3) -> Node3D:
	var node := Node3D.new()
	node.position = AT + offset
	node.add_to_group(group)
	add(node)
	return node


## One channel with this cell filled; -1: none.
func _with(cell: int) -> PackedFloat32Array:
	var cells := PackedFloat32Array()
	cells.resize(15)
	if cell >= 0:
		cells[cell] = 1.0
	return cells
