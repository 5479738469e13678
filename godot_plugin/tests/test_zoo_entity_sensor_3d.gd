extends "zoo_test.gd"
## A body at (5, 3, 1) that looks along -Z; 10 m and 10 m/s are observed as 1.

const AT := Vector3(5.0, 3.0, 1.0)


## An entity with numbers of its own.
class Crate:
	extends StaticBody3D
	var weight: float = 2.5
	var is_heavy: bool = true
	var label: String = "crate"

	func is_known_to(agent: ZooAgent) -> bool:
		return agent.resolved_id() == "runner_0"


## A part of an entity.
class Lock:
	extends Node
	var strength: int = 4


func test_nearest_first_and_the_rest_zero() -> void:
	var sensor := _sensor(3)
	_entity(Vector3(1.0, 2.0, -6.0))
	_entity(Vector3(-4.0, 0.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [-0.4, 0, 0, 1, 0.1, 0.2, -0.6, 1, 0, 0, 0, 0])


func test_more_entities_than_slots() -> void:
	var sensor := _sensor(2)
	for z: float in [-6.0, -1.0, -3.0]:
		_entity(Vector3(0.0, 0.0, z))
	await ticks(2)
	check_near(read(sensor), [0, 0, -0.1, 1, 0, 0, -0.3, 1], "nearest")
	sensor.order = ZooEntitySensor3D.Order.TREE
	check_near(read(sensor), [0, 0, -0.6, 1, 0, 0, -0.1, 1], "tree order")


func test_equally_far_ones_keep_tree_order() -> void:
	var sensor := _sensor(3)
	for offset: Vector3 in [Vector3(0, 0, -2), Vector3(2, 0, 0), Vector3(-2, 0, 0)]:
		_entity(offset)
	await ticks(2)
	check_near(read(sensor), [0, 0, -0.2, 1, 0.2, 0, 0, 1, -0.2, 0, 0, 1])


func test_positions_are_in_the_frame_of_a_turned_and_scaled_body() -> void:
	var sensor := _sensor(1)
	_entity(Vector3(0.0, 0.0, -6.0))
	await ticks(2)
	sensor.body_3d().rotation.y = -PI / 2.0
	sensor.body_3d().scale = Vector3(1.0, 2.0, 3.0)
	check_near(read(sensor), [-0.6, 0, 0, 1])


func test_far_ones_are_clipped() -> void:
	var sensor := _sensor(1)
	_entity(Vector3(11.0, -300.0, 5.0))
	await ticks(2)
	check_near(read(sensor), [1, -1, 0.5, 1])


func test_entity_at_the_place_of_the_body() -> void:
	var sensor := _sensor(1)
	sensor.with_velocity = true
	sensor.with_rotation = true
	_entity(Vector3.ZERO)
	await ticks(2)
	check_near(read(sensor), [0, 0, 0, 0, 0, 0, 0, 1, 1])


func test_velocities_by_kind_of_body() -> void:
	var sensor := _sensor(3)
	sensor.with_velocity = true
	sensor.order = ZooEntitySensor3D.Order.TREE
	var character := CharacterBody3D.new()
	character.velocity = Vector3(0.0, 0.0, -5.0)
	_prey(box_3d(character, AT + Vector3(0.0, 0.0, -5.0)))
	var rigid := RigidBody3D.new()
	rigid.gravity_scale = 0.0
	rigid.linear_damp_mode = RigidBody3D.DAMP_MODE_REPLACE
	rigid.linear_velocity = Vector3(30.0, 0.0, 0.0)
	_prey(box_3d(rigid, AT + Vector3(-5.0, 0.0, 0.0)))
	var still := _entity(Vector3(0.0, 0.0, 5.0))
	var first := read(sensor)
	check_near(first.slice(3, 6), [0, 0, -0.5], "character")
	check_near(first.slice(10, 13), [1, 0, 0], "rigid, clipped")
	check_near(first.slice(17, 20), [0, 0, 0], "another at first")
	still.position.y += 2.0 * sensor.step_seconds()
	check_near(read(sensor).slice(17, 20), [0, 0.2, 0], "another that moved", 1e-3)
	sensor.body_3d().rotation.y = -PI / 2.0
	check_near(read(sensor).slice(3, 6), [-0.5, 0, 0], "in the frame of the body")


func test_rotation() -> void:
	var sensor := _sensor(1)
	sensor.with_rotation = true
	var entity := _entity(Vector3(0.0, 0.0, -5.0))
	sensor.body_3d().rotation.y = 0.5
	entity.rotation.y = 0.7
	check_near(read(sensor).slice(3), [sin(0.2), cos(0.2), 1])
	entity.rotation.y = 0.5 - PI / 2.0
	check_near(read(sensor).slice(3), [-1, 0, 1])


func test_extras_of_entities_and_their_children() -> void:
	var sensor := _sensor(1)
	sensor.extras = [&"weight", &"is_heavy", &"is_known_to", &"strength"]
	var crate := Crate.new()
	crate.add_child(Lock.new())
	_prey(box_3d(crate, AT + Vector3(0.0, 0.0, -5.0)))
	check_near(read(sensor), [0, 0, -0.5, 2.5, 1, 1, 4, 1])
	crate.weight = -7.0
	crate.is_heavy = false
	check_near(read(sensor), [0, 0, -0.5, -7, 0, 1, 4, 1], "changed")


func test_extra_that_nobody_has_is_a_fault() -> void:
	var sensor := _sensor(1)
	sensor.extras = [&"colour"]
	_entity(Vector3.ZERO)
	sensor._read(_buffer(sensor), 0)
	check(take_fault().contains("extra colour"), "the fault names it")


func test_extra_that_is_no_number_is_a_fault() -> void:
	var sensor := _sensor(1)
	sensor.extras = [&"label"]
	_prey(box_3d(Crate.new(), AT))
	sensor._read(_buffer(sensor), 0)
	check(take_fault().contains("extra label: expected a float"), "the fault names it")


func test_unseen_ones_leave_no_trace() -> void:
	var sensor := _sensor(2)
	var vision := ZooVision3D.new()
	sensor.get_parent().add_child(vision)
	sensor.vision = NodePath("../" + str(vision.name))
	_entity(Vector3(0.0, 0.0, 2.0))
	_entity(Vector3(0.0, 0.0, -5.0))
	await ticks(2)
	check_near(read(sensor), [0, 0, -0.5, 1, 0, 0, 0, 0], "nearest")
	sensor.order = ZooEntitySensor3D.Order.TREE
	check_near(read(sensor), [0, 0, 0, 0, 0, 0, -0.5, 1], "tree order")
	sensor.body_3d().rotation.y = PI
	await ticks(1)
	check_near(read(sensor), [0, 0, -0.2, 1, 0, 0, 0, 0], "turned around", 1e-4)


func test_wrong_vision_is_a_fault() -> void:
	var sensor := _sensor(1)
	sensor.vision = ^".."
	check(sensor._get_configuration_warnings()[0].contains("no ZooVision3D"), "warning")
	sensor._read(_buffer(sensor), 0)
	check(take_fault().contains("path of a ZooVision3D"), "the fault says what is expected")


func test_freed_in_mid_episode() -> void:
	var sensor := _sensor(2)
	sensor.with_velocity = true
	var first := _entity(Vector3(0.0, 0.0, -1.0))
	var second := _entity(Vector3(0.0, 0.0, -2.0))
	_entity(Vector3(0.0, 0.0, -3.0))
	read(sensor)
	first.free()
	second.queue_free()
	check_near(read(sensor), [0, 0, -0.3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], "nearest")
	sensor.order = ZooEntitySensor3D.Order.TREE
	check_near(read(sensor), _zeros(14), "tree order: their slots stay theirs")


func test_new_entities_are_found_by_a_new_episode_or_on_demand() -> void:
	var sensor := _sensor(2)
	check_near(read(sensor), _zeros(8), "nobody")
	_entity(Vector3(0.0, 0.0, -1.0))
	check_near(read(sensor), _zeros(8), "not yet looked up")
	sensor.restart()
	check_near(read(sensor), [0, 0, -0.1, 1, 0, 0, 0, 0], "new episode")
	_entity(Vector3(0.0, 0.0, -2.0))
	sensor.look_up()
	check_near(read(sensor), [0, 0, -0.1, 1, 0, 0, -0.2, 1], "on demand")


func test_own_body_and_other_arenas_are_no_entities() -> void:
	var environment := StillEnvironment.new()
	add(environment)
	var sensor := _sensor(2, environment)
	_prey(sensor.body_3d())
	sensor.body_3d().reparent(environment)
	_entity(Vector3(0.0, 0.0, -1.0))
	var here := _entity(Vector3(0.0, 0.0, -3.0))
	here.reparent(environment)
	check_near(read(sensor), [0, 0, -0.3, 1, 0, 0, 0, 0])


func test_space_has_a_row_for_each_slot() -> void:
	var sensor := _sensor(3)
	sensor.extras = [&"weight"]
	sensor.stack = 2
	var space := sensor.space()
	check_equal(Array(space.shape), [6, 5], "shape")
	check_equal(Array(space.lows.slice(0, 5)), [-1.0, -1.0, -1.0, -INF, 0.0], "low")
	check_equal(Array(space.highs.slice(25)), [1.0, 1.0, 1.0, INF, 1.0], "high")


func test_noise_leaves_masks_and_empty_slots_alone() -> void:
	var sensor := _sensor(2)
	sensor.noise = 0.1
	sensor.restart()
	_entity(Vector3(0.0, 0.0, -3.0))
	var values := read(sensor)
	check(absf(values[2] + 0.3) > 1e-6 and absf(values[2] + 0.3) < 1.0, "noise: %s" % values)
	check_near(values.slice(3), [1, 0, 0, 0, 0])


func test_no_body_is_a_fault() -> void:
	var sensor := ZooEntitySensor3D.new()
	sensor.group = &"prey"
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


## Slots of position and mask only.
func _sensor(count: int, environment: ZooEnvironment = null) -> ZooEntitySensor3D:
	var sensor := ZooEntitySensor3D.new()
	sensor.group = &"prey"
	sensor.count = count
	sensor.with_velocity = false
	mount(sensor, box_3d(CharacterBody3D.new(), AT), environment)
	return sensor


func _entity(offset: Vector3) -> Node3D:
	var node := Node3D.new()
	node.position = AT + offset
	add(node)
	return _prey(node)


func _prey(node: Node3D) -> Node3D:
	node.add_to_group(&"prey")
	return node


func _buffer(sensor: ZooSensor) -> PackedFloat32Array:
	return _zeros(sensor.observation_size())


func _zeros(count: int) -> PackedFloat32Array:
	var zeros := PackedFloat32Array()
	zeros.resize(count)
	return zeros
