extends "zoo_test.gd"
## Where a 2D camera looks. Its pictures: tests/engine/test_camera.py.


func test_the_picture_turns_with_the_body() -> void:
	var camera := _camera()
	check_near(_seen_at(camera, Vector2(100, 50)), [40, 20], "the body is in the middle")
	check_near(_seen_at(camera, Vector2(100, 250)), [60, 20], "ahead of it is to the right", 1e-3)
	camera.turns = false
	check_near(_seen_at(camera, Vector2(100, 250)), [40, 40], "below", 1e-3)


func test_the_picture_shows_what_is_ahead() -> void:
	var camera := _camera()
	camera.offset = Vector2(200, 0)
	check_near(_seen_at(camera, Vector2(100, 250)), [40, 20], "the middle", 1e-3)
	check_near(_seen_at(camera, Vector2(100, 50)), [20, 20], "the body", 1e-3)


func test_a_camera_needs_a_body() -> void:
	var camera := ZooCameraSensor2D.new()
	mount(camera, add(Node3D.new()))
	check(not camera._aim(), "no body")
	var message := "sensor %s: no body to look from: place the ZooAgent below a Node2D."
	check_equal(take_fault(), message % camera.name)


## A camera of 80 by 40 pixels for 400 of the scene, on a body that looks down.
func _camera() -> ZooCameraSensor2D:
	var camera := ZooCameraSensor2D.new()
	camera.width = 80
	camera.height = 40
	camera.view_height = 400.0
	var body := Node2D.new()
	body.position = Vector2(100, 50)
	body.rotation = PI / 2.0
	mount(camera, add(body))
	return camera


## Where the picture has a place of the scene.
func _seen_at(camera: ZooCameraSensor2D, place: Vector2) -> PackedFloat32Array:
	camera._aim()
	var pixel := camera._viewport.canvas_transform * place
	return [pixel.x, pixel.y]
