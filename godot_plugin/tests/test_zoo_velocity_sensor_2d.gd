extends "zoo_test.gd"
## Velocities, 100 px/s and 90 °/s as 1.


func test_character_in_its_own_frame() -> void:
	var body := CharacterBody2D.new()
	var sensor := _sensor(body)
	body.velocity = Vector2(30.0, -40.0)
	check_near(read(sensor), [0.3, -0.4], "looking ahead")
	body.rotation = PI / 2.0
	check_near(read(sensor), [-0.4, -0.3], "turned right")
	sensor.in_body_frame = false
	check_near(read(sensor), [0.3, -0.4], "the world's frame")


func test_bounds() -> void:
	var body := CharacterBody2D.new()
	var sensor := _sensor(body)
	body.velocity = Vector2(300.0, -150.0)
	check_near(read(sensor), [1.0, -1.0], "bounded")
	sensor.bounded = false
	check_near(read(sensor), [3.0, -1.5], "unbounded")
	check_equal(Array(sensor.space().highs), [INF, INF], "high")


func test_rigid_body() -> void:
	var body := RigidBody2D.new()
	body.gravity_scale = 0.0
	body.linear_damp_mode = RigidBody2D.DAMP_MODE_REPLACE
	body.angular_damp_mode = RigidBody2D.DAMP_MODE_REPLACE
	box_2d(body, Vector2.ZERO)
	var sensor := ZooVelocitySensor2D.new()
	_scale(sensor)
	sensor.in_body_frame = false
	mount(sensor, body)
	body.linear_velocity = Vector2(20.0, 70.0)
	body.angular_velocity = deg_to_rad(-45.0)
	await ticks(3)
	check_near(read(sensor), [0.2, 0.7, -0.5])


func test_other_bodies_by_their_way_in_a_step() -> void:
	var environment := StillEnvironment.new()
	environment.ticks_per_step = 6  # 0.1 s
	add(environment)
	var body := Node2D.new()
	add(body, environment)
	var sensor := ZooVelocitySensor2D.new()
	_scale(sensor)
	mount(sensor, body, environment)
	body.position = Vector2(500.0, 0.0)
	check_near(read(sensor), [0.0, 0.0, 0.0], "first reading")
	body.position += Vector2(5.0, -2.0)
	body.rotation_degrees = -4.5
	sensor.in_body_frame = false
	check_near(read(sensor), [0.5, -0.2, -0.5], "second reading")
	check_near(read(sensor), [0.0, 0.0, 0.0], "at rest")
	body.position = Vector2.ZERO
	sensor.restart()
	check_near(read(sensor), [0.0, 0.0, 0.0], "a new episode")


func test_rotation_over_the_half_turn() -> void:
	var body := Node2D.new()
	body.rotation_degrees = 179.9
	add(body)
	var sensor := ZooVelocitySensor2D.new()
	_scale(sensor)
	mount(sensor, body)
	read(sensor)
	body.rotation_degrees = -179.5
	check_near(read(sensor), [0.0, 0.0, 0.6 * 60.0 / 90.0], "rotation", 1e-3)


func _sensor(body: Node2D) -> ZooVelocitySensor2D:
	add(body)
	var sensor := ZooVelocitySensor2D.new()
	sensor.max_speed = 100.0
	mount(sensor, body)
	return sensor


func _scale(sensor: ZooVelocitySensor2D) -> void:
	sensor.include_angular = true
	sensor.max_speed = 100.0
	sensor.max_angular_speed = 90.0
