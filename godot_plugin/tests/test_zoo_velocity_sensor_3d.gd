extends "zoo_test.gd"
## Velocities, 10 m/s and 90 °/s as 1.


func test_character_in_its_own_frame() -> void:
	var body := CharacterBody3D.new()
	add(body)
	var sensor := ZooVelocitySensor3D.new()
	mount(sensor, body)
	body.velocity = Vector3(3.0, 1.0, -4.0)
	check_near(read(sensor), [0.3, 0.1, -0.4], "looking ahead")
	body.rotation.y = -PI / 2.0
	body.scale = Vector3(2.0, 2.0, 2.0)
	check_near(read(sensor), [-0.4, 0.1, -0.3], "turned right")
	sensor.in_body_frame = false
	check_near(read(sensor), [0.3, 0.1, -0.4], "the world's frame")
	body.velocity = Vector3(30.0, 0.0, -15.0)
	check_near(read(sensor), [1.0, 0.0, -1.0], "bounded")
	sensor.bounded = false
	check_near(read(sensor), [3.0, 0.0, -1.5], "unbounded")


func test_rigid_body() -> void:
	var body := RigidBody3D.new()
	body.gravity_scale = 0.0
	body.linear_damp_mode = RigidBody3D.DAMP_MODE_REPLACE
	body.angular_damp_mode = RigidBody3D.DAMP_MODE_REPLACE
	box_3d(body, Vector3.ZERO)
	var sensor := _angular_sensor()
	mount(sensor, body)
	body.linear_velocity = Vector3(2.0, 7.0, 0.0)
	body.angular_velocity = Vector3(0.0, deg_to_rad(-45.0), 0.0)
	await ticks(3)
	check_near(read(sensor), [0.2, 0.7, 0.0, 0.0, -0.5, 0.0])


func test_other_bodies_by_their_way_in_a_step() -> void:
	var environment := StillEnvironment.new()
	environment.ticks_per_step = 6  # 0.1 s
	add(environment)
	var body := Node3D.new()
	add(body, environment)
	var sensor := _angular_sensor()
	mount(sensor, body, environment)
	body.position = Vector3(50.0, 0.0, 0.0)
	body.rotation_degrees.y = 178.0
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "first reading")
	body.position += Vector3(0.5, 0.0, -0.2)
	body.rotation_degrees.y = -178.0
	var expected := PackedFloat32Array([0.5, 0.0, -0.2, 0.0, 4.0 * 10.0 / 90.0, 0.0])
	check_near(read(sensor), expected, "second reading", 1e-3)
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "at rest", 1e-3)
	body.position = Vector3.ZERO
	sensor.restart()
	check_near(read(sensor), [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "a new episode", 1e-3)


## Godot changes the sign of the quaternion at 120 degrees; both signs are the same rotation.
func test_rotation_at_every_angle() -> void:
	var body := Node3D.new()
	add(body)
	var sensor := _angular_sensor()
	mount(sensor, body)
	sensor.max_angular_speed = 600.0
	read(sensor)
	for turn in 120:
		body.rotation_degrees.y = wrapf(body.rotation_degrees.y - 5.0, -180.0, 180.0)
		check_near(read(sensor), [0, 0, 0, 0, -0.5, 0], "after %d turns" % (turn + 1), 1e-3)


func test_no_body_is_a_fault() -> void:
	var sensor := ZooVelocitySensor3D.new()
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


func _angular_sensor() -> ZooVelocitySensor3D:
	var sensor := ZooVelocitySensor3D.new()
	sensor.include_angular = true
	sensor.max_angular_speed = 90.0
	sensor.in_body_frame = false
	return sensor
