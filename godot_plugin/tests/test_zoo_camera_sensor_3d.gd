extends "zoo_test.gd"
## What is known of a 3D camera without a renderer. Its pictures: tests/engine/test_camera.py.

const Buffers := preload("res://addons/pettingzoo_godot/wire/zoo_buffers.gd")
const Observer := preload("res://addons/pettingzoo_godot/runtime/observer.gd")


## Observes what the test says.
class Seer:
	extends ZooAgent
	var answer: Variant
	var mask: PackedByteArray

	func _observe() -> Variant:
		return answer

	func _action_mask() -> PackedByteArray:
		return mask


func test_space() -> void:
	var camera := _camera()
	check_equal(_picture([48, 64, 3]), camera.space().describe(), "colours")
	camera.grayscale = true
	camera.stack = 4
	check_equal(_picture([48, 64, 4]), camera.space().describe(), "grey, stacked")
	check_equal(camera.observation_size(), 48 * 64 * 4, "size")
	camera.free()


func test_a_camera_alone_is_the_observation() -> void:
	check_equal(Observer.new(_seer(_camera())).description, _picture([48, 64, 3]))


func test_a_camera_among_others_has_a_key() -> void:
	var seer := _seer(_camera())
	seer.answer = 1.0
	check_equal(_keys(seer), ["camera", "observation"], "its own")
	(seer.get_child(0) as ZooSensor).key = "front"
	check_equal(_keys(seer), ["front", "observation"], "the given one")
	seer.answer = null
	check_equal(_keys(seer), ["front"], "the given one, alone")


func test_a_camera_beside_a_mask_is_the_observation() -> void:
	var seer := _seer(_camera())
	seer.mask = [1, 0]
	check_equal(_keys(seer), ["observation", "action_mask"])


func test_two_cameras_need_keys() -> void:
	var seer := _seer(_camera())
	seer.add_child(_camera())
	Observer.new(seer)
	check_equal(
		take_fault(),
		'a camera sensor has "camera" of the observation for itself: give each part a key.'
	)
	(seer.get_child(1) as ZooSensor).key = "rear"
	check_equal(_keys(seer), ["camera", "rear"])


func test_a_picture_needs_a_renderer() -> void:
	var camera := _camera()
	_seer(camera)
	camera.restart()
	camera.write_bytes(PackedByteArray(), 0)
	check_equal(
		take_fault(),
		'sensor Front: needs a renderer: pass render_mode="rgb_array" in Python.',
	)


func test_another_size_is_a_mistake() -> void:
	var observer := Observer.new(_seer(_camera()))
	var other := _camera()
	other.width = 65
	observer.rebind(_seer(other))
	check(take_fault().begins_with("sensors: expected readings of [9216] floats"), "size")


func test_copies_and_interleaves() -> void:
	var camera := _camera()
	camera.width = 3
	camera.height = 1
	camera.stack = 2
	var bytes := PackedByteArray()
	bytes.resize(11)
	camera._copy([1, 2, 3, 4, 5, 6, 7, 8, 9], bytes, 1)
	check_equal(bytes, PackedByteArray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]), "copied")
	camera._pictures = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [11, 12, 13, 14, 15, 16, 17, 18, 19]]
	bytes.resize(19)
	camera._interleave(bytes, 1)
	var expected: Array = [0, 1, 2, 3, 11, 12, 13, 4, 5, 6, 14, 15, 16, 7, 8, 9, 17, 18, 19]
	check_equal(bytes, PackedByteArray(expected), "interleaved")
	camera.free()


func _camera() -> ZooCameraSensor3D:
	var camera := ZooCameraSensor3D.new()
	camera.name = "Front"
	camera.width = 64
	camera.height = 48
	return camera


func _seer(camera: ZooSensor) -> Seer:
	var body := Node3D.new()
	var seer := Seer.new()
	camera.agent = seer
	seer.add_child(camera)
	body.add_child(seer)
	add(body)
	return seer


func _picture(shape: Array) -> Dictionary:
	return {"type": "box", "shape": shape, "low": 0.0, "high": 255.0, "dtype": "uint8"}


func _keys(seer: Seer) -> Array:
	var pairs: Array = Observer.new(seer).description.get("spaces", [])
	return pairs.map(func(pair: Array) -> String: return pair[0])
