extends "zoo_test.gd"
## Rays of 10 m from a body at (5, 3, 1) that looks along -Z, at boxes of 2 m.

const AT := Vector3(5.0, 3.0, 1.0)


func test_closeness_from_left_to_right() -> void:
	var sensor := _sensor(3)
	_box(Vector3(0.0, 0.0, -6.0))
	_box(Vector3(-3.0, 0.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.8, 0.5, 0.0])


func test_rows_from_top_to_bottom() -> void:
	var sensor := _sensor(1)
	sensor.rows = 3
	sensor.vertical_field_of_view = 180.0
	_box(Vector3(0.0, 4.0, 0.0))
	_box(Vector3(0.0, 0.0, -6.0))
	await ticks(2)
	check_near(read(sensor), [0.7, 0.5, 0.0])


func test_slanted_ray_measures_along_itself() -> void:
	var sensor := _sensor(3)
	sensor.field_of_view = 90.0
	_box(Vector3(3.0, 0.0, -2.5))
	await ticks(2)
	check_near(read(sensor), [0.0, 0.0, 1.0 - 2.0 * sqrt(2.0) / 10.0])


func test_rays_follow_the_body() -> void:
	var sensor := _sensor(3)
	_box(Vector3(0.0, 0.0, -6.0))
	await ticks(2)
	sensor.body_3d().rotation.y = -PI / 2.0
	check_near(read(sensor), [0.5, 0.0, 0.0], "turned right")
	sensor.body_3d().position.z -= 2.0
	check_near(read(sensor), [0.7, 0.0, 0.0], "nearer")


func test_full_circle_has_no_ray_twice() -> void:
	var sensor := _sensor(4)
	sensor.field_of_view = 360.0
	_box(Vector3(0.0, 0.0, 6.0))
	_box(Vector3(3.0, 0.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.5, 0.0, 0.0, 0.8])


func test_origin_is_in_the_frame_of_the_body() -> void:
	var sensor := _sensor(1)
	sensor.origin = Vector3(0.0, 3.0, -1.0)
	_box(Vector3(0.0, 0.0, -6.0))
	_box(Vector3(0.0, 3.0, -5.0))
	await ticks(2)
	check_near(read(sensor), [0.7])


func test_values_vanish_with_what_was_hit() -> void:
	var sensor := _sensor(1)
	sensor.channel_groups = [&"prey"]
	var box := _box(Vector3(0.0, 0.0, -6.0))
	box.add_to_group(&"prey")
	await ticks(2)
	check_near(read(sensor), [0.5, 1.0], "there")
	box.free()
	check_near(read(sensor), [0.0, 0.0], "gone")


func test_channels() -> void:
	var sensor := _sensor(3)
	sensor.collision_mask = 0b111
	sensor.channel_layers = [0b010, 0b101]
	sensor.channel_groups = [&"prey"]
	_box(Vector3(0.0, 0.0, -6.0)).collision_layer = 0b010
	var left := _box(Vector3(-3.0, 0.0, 0.0))
	left.collision_layer = 0b110
	left.add_to_group(&"prey")
	await ticks(2)
	check_near(read(sensor), [0.8, 1, 1, 1, 0.5, 1, 0, 0, 0, 0, 0, 0])


func test_mask_areas_and_bodies() -> void:
	var sensor := _sensor(1)
	sensor.collide_with_areas = true
	var other := _sensor(1)
	_box(Vector3(0.0, 0.0, -2.5)).collision_layer = 0b10
	box_3d(Area3D.new(), AT + Vector3(0.0, 0.0, -5.0))
	_box(Vector3(0.0, 0.0, -8.0))
	await ticks(2)
	check_near(read(sensor), [0.6], "area")
	(other.body_3d() as CollisionObject3D).collision_layer = 0
	(sensor.body_3d() as CollisionObject3D).collision_layer = 0
	check_near(read(other), [0.3], "bodies only")


func test_csg_shapes_have_layers() -> void:
	var box := CSGBox3D.new()
	box.size = Vector3(2.0, 2.0, 2.0)
	box.use_collision = true
	box.collision_layer = 0b100
	box.position = AT + Vector3(0.0, 0.0, -6.0)
	add(box)
	var sensor := _sensor(1)
	sensor.collision_mask = 0b100
	sensor.channel_layers = [0b001, 0b100]
	await ticks(3)
	check_near(read(sensor), [0.5, 0.0, 1.0])


func test_thick_rays_hit_what_is_beside_the_line() -> void:
	var sensor := _sensor(1)
	sensor.thickness = 0.5
	sensor.channel_layers = [0b001, 0b010]
	sensor.channel_groups = [&"prey"]
	_box(Vector3(1.2, 0.0, -6.0)).add_to_group(&"prey")
	var thin := _sensor(1)
	(thin.body_3d() as CollisionObject3D).collision_layer = 0
	await ticks(2)
	check_near(read(thin), [0.0], "a line")
	check_near(read(sensor), [1.0 - (5.0 - sqrt(0.21)) / 10.0, 1, 0, 1], "thick", 0.005)
	sensor.body_3d().position.x -= 5.0
	check_near(read(sensor), [0, 0, 0, 0], "nothing there")


func test_thick_rays_do_not_see_what_they_start_in() -> void:
	var sensor := _sensor(1)
	sensor.thickness = 0.5
	_box(Vector3(0.0, 1.2, 0.0))
	_box(Vector3(0.0, 0.0, -6.5))
	await ticks(2)
	check_near(read(sensor), [0.5], "values", 0.01)


func test_noise_leaves_channels_exact() -> void:
	var sensor := _sensor(3)
	sensor.channel_groups = [&"prey"]
	sensor.noise = 0.1
	sensor.restart()
	_box(Vector3(0.0, 0.0, -6.0)).add_to_group(&"prey")
	await ticks(2)
	var values := read(sensor)
	check(absf(values[2] - 0.5) > 1e-6, "no noise: %s" % values)
	check_near([values[1], values[3], values[5]], [0, 1, 0])


func test_no_body_is_a_fault() -> void:
	var sensor := ZooRaySensor3D.new()
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node3D"), "the fault says what to do")


func _sensor(rays: int) -> ZooRaySensor3D:
	var sensor := ZooRaySensor3D.new()
	sensor.rays = rays
	mount(sensor, box_3d(CharacterBody3D.new(), AT))
	return sensor


func _box(offset: Vector3) -> CollisionObject3D:
	return box_3d(StaticBody3D.new(), AT + offset)
