extends "zoo_test.gd"
## Rays of 200 px from a body at (100, 50) that looks along +X, at boxes of 20 px.

const AT := Vector2(100.0, 50.0)


func test_closeness_from_left_to_right() -> void:
	var sensor := await _sensor(3)
	_box(Vector2(100.0, 0.0))
	_box(Vector2(0.0, -50.0))
	await ticks(2)
	check_near(read(sensor), [0.8, 0.55, 0.0])


func test_rays_follow_the_body() -> void:
	var sensor := await _sensor(3)
	_box(Vector2(100.0, 0.0))
	await ticks(2)
	sensor.body_2d().rotation = PI / 2.0
	check_near(read(sensor), [0.55, 0.0, 0.0], "turned right")
	sensor.body_2d().position.x += 40.0
	check_near(read(sensor), [0.75, 0.0, 0.0], "nearer")


func test_full_circle_has_no_ray_twice() -> void:
	var sensor := await _sensor(4, 360.0)
	_box(Vector2(-100.0, 0.0))
	_box(Vector2(0.0, 50.0))
	await ticks(2)
	check_near(read(sensor), [0.55, 0.0, 0.0, 0.8])


func test_single_ray_looks_ahead() -> void:
	var sensor := await _sensor(1)
	_box(Vector2(60.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.75])


func test_reach_ends() -> void:
	var sensor := await _sensor(1)
	_box(Vector2(211.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.0])


func test_origin_is_in_the_frame_of_the_body() -> void:
	var sensor := await _sensor(1, 0.0, Vector2(30.0, 0.0))
	_box(Vector2(100.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.7])


func test_values_vanish_with_what_was_hit() -> void:
	var sensor := await _sensor(1)
	sensor.channel_layers = [1]
	var box := _box(Vector2(100.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.55, 1.0], "there")
	box.free()
	check_near(read(sensor), [0.0, 0.0], "gone")


func test_channels() -> void:
	var sensor := await _sensor(3)
	sensor.collision_mask = 0b111
	sensor.channel_layers = [0b010, 0b101]
	sensor.channel_groups = [&"prey"]
	var ahead := _box(Vector2(100.0, 0.0))
	ahead.collision_layer = 0b010
	var left := _box(Vector2(0.0, -50.0))
	left.collision_layer = 0b110
	left.add_to_group(&"prey")
	await ticks(2)
	check_near(read(sensor), [0.8, 1, 1, 1, 0.55, 1, 0, 0, 0, 0, 0, 0])


func test_mask_areas_and_bodies() -> void:
	var sensor := await _sensor(1)
	sensor.collide_with_areas = true
	_box(Vector2(40.0, 0.0)).collision_layer = 0b10
	box_2d(Area2D.new(), AT + Vector2(70.0, 0.0))
	_box(Vector2(100.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.7], "area")
	var other := await _sensor(1)
	check_near(read(other), [0.55], "bodies only")


func test_tile_map_layers_have_layers() -> void:
	var tiles := TileSet.new()
	tiles.tile_size = Vector2i(20, 20)
	tiles.add_physics_layer()
	tiles.set_physics_layer_collision_layer(0, 0b100)
	var source := TileSetAtlasSource.new()
	source.texture = ImageTexture.create_from_image(Image.create(20, 20, false, Image.FORMAT_L8))
	source.texture_region_size = Vector2i(20, 20)
	source.create_tile(Vector2i.ZERO)
	tiles.add_source(source, 0)
	var tile := source.get_tile_data(Vector2i.ZERO, 0)
	tile.add_collision_polygon(0)
	var square := PackedVector2Array(
		[Vector2(-10, -10), Vector2(10, -10), Vector2(10, 10), Vector2(-10, 10)]
	)
	tile.set_collision_polygon_points(0, 0, square)
	var map := TileMapLayer.new()
	map.tile_set = tiles
	map.position = AT + Vector2(90.0, -10.0)
	map.set_cell(Vector2i.ZERO, 0, Vector2i.ZERO)
	add(map)
	var sensor := await _sensor(1)
	sensor.collision_mask = 0b100
	sensor.channel_layers = [0b001, 0b100]
	await ticks(2)
	check_near(read(sensor), [0.55, 0.0, 1.0])


func test_own_body_above_a_pivot_is_not_seen() -> void:
	var body := box_2d(CharacterBody2D.new(), AT)
	var pivot := Node2D.new()
	pivot.position = Vector2(-30.0, 0.0)
	add(pivot, body)
	var sensor := ZooRaySensor2D.new()
	sensor.rays = 1
	mount(sensor, pivot)
	_box(Vector2(100.0, 0.0))
	await ticks(2)
	check_near(read(sensor), [0.4])


func test_thick_rays_hit_what_is_beside_the_line() -> void:
	var sensor := await _sensor(1)
	sensor.thickness = 5.0
	sensor.channel_layers = [0b001, 0b010]
	sensor.channel_groups = [&"prey"]
	_box(Vector2(60.0, 12.0)).add_to_group(&"prey")
	var thin := await _sensor(1)
	(thin.body_2d() as CollisionObject2D).collision_layer = 0
	await ticks(2)
	check_near(read(thin), [0.0], "a line")
	check_near(read(sensor), [1.0 - (50.0 - sqrt(21.0)) / 200.0, 1, 0, 1], "thick", 0.005)
	sensor.body_2d().position.y -= 50.0
	check_near(read(sensor), [0, 0, 0, 0], "nothing there")


func test_no_body_is_a_fault() -> void:
	var sensor := ZooRaySensor2D.new()
	mount(sensor, add(Node.new()))
	sensor._read(PackedFloat32Array(), 0)
	check(take_fault().contains("below a Node2D"), "the fault says what to do")


func _sensor(
	rays: int, field_of_view: float = 180.0, origin: Vector2 = Vector2.ZERO
) -> ZooRaySensor2D:
	var sensor := ZooRaySensor2D.new()
	sensor.rays = rays
	sensor.field_of_view = field_of_view
	sensor.origin = origin
	mount(sensor, box_2d(CharacterBody2D.new(), AT))
	await ticks(1)
	return sensor


func _box(offset: Vector2) -> CollisionObject2D:
	return box_2d(StaticBody2D.new(), AT + offset)
