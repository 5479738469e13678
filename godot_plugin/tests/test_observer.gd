extends "zoo_test.gd"
## The observation space that is derived from an agent, and what is written into it.

const Buffers := preload("res://addons/pettingzoo_godot/wire/zoo_buffers.gd")
const Layout := preload("res://addons/pettingzoo_godot/wire/zoo_layout.gd")
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


## Reads its number, once per element.
class Constant:
	extends ZooSensor
	var size: int = 1
	var number: float = 0.0

	func _size() -> int:
		return size

	func _low() -> PackedFloat32Array:
		return _filled(-9.0)

	func _read(buffer: PackedFloat32Array, offset: int) -> void:
		for i in size:
			buffer[offset + i] = number


func test_vectors_are_derived_from_an_answer() -> void:
	var sizes := {PackedFloat32Array([1, 2, 3]): 3, [1, 2]: 2, 0.5: 1, 7: 1, true: 1}
	sizes[Vector2.ONE] = 2
	sizes[Vector3.ONE] = 3
	sizes[PackedFloat64Array([1.0])] = 1
	for answer: Variant in sizes:
		var description := Observer.new(_seer(answer)).description
		check_equal(description, ZooBox.vector(sizes[answer], -INF, INF).describe(), str(answer))


func test_answer_is_written() -> void:
	check_near(_observed(_seer(PackedFloat32Array([1, 2, 3]))).f32, [1, 2, 3], "floats")
	check_near(_observed(_seer([4, 5.5])).f32, [4, 5.5], "array")
	check_near(_observed(_seer(Vector2(6, 7))).f32, [6, 7], "vector")


func test_declared_space() -> void:
	var seer := _seer(2)
	seer.observation_space = ZooDiscrete.choices(4)
	check_equal(Observer.new(seer).description["type"], "discrete", "type")
	check_equal(Array(_observed(seer).i64), [2], "value")


func test_sensors_come_first_in_one_vector() -> void:
	var seer := _seer(PackedFloat32Array([8, 9]))
	_sense(seer, 1, 5.0)
	_sense(seer, 2, 6.0)
	var description := Observer.new(seer).description
	check_equal(description["shape"], [5], "shape")
	check_equal(description["low"], [-9.0, -9.0, -9.0, null, null], "low")
	check_near(_observed(seer).f32, [5, 6, 6, 8, 9])


func test_sensors_alone() -> void:
	var seer := _seer(null)
	_sense(seer, 2, 6.0)
	check_equal(Observer.new(seer).description["shape"], [2], "shape")
	check_near(_observed(seer).f32, [6, 6])


func test_stacked_sensor() -> void:
	var seer := _seer(null)
	_sense(seer, 1, 6.0).stack = 3
	check_equal(Observer.new(seer).description["shape"], [3], "shape")
	check_near(_observed(seer).f32, [6, 6, 6])


func test_keys_make_a_dict() -> void:
	var seer := _seer(PackedFloat32Array([8, 9]))
	_sense(seer, 1, 5.0, "near")
	_sense(seer, 2, 6.0, "far")
	_sense(seer, 1, 7.0, "near")
	var description := Observer.new(seer).description
	check_equal(_keys(description), ["near", "far", "observation"], "keys")
	check_near(_observed(seer).f32, [5, 7, 6, 6, 8, 9])


func test_answer_of_several_keys() -> void:
	var seer := _seer({"pose": PackedFloat32Array([1, 2]), "near": 3.0})
	_sense(seer, 1, 5.0, "near")
	check_equal(_keys(Observer.new(seer).description), ["near", "pose"], "keys")
	check_near(_observed(seer).f32, [5, 3, 1, 2])


func test_declared_dict_with_leaves_of_all_sections() -> void:
	var pixels := ZooBox.vector(2, 0.0, 255.0)
	pixels.dtype = ZooBox.Dtype.UINT8
	var space := ZooDict.new()
	space.spaces = {"pose": ZooBox.vector(1), "team": ZooDiscrete.choices(3), "pixels": pixels}
	var seer := _seer({"pixels": [7, 200], "team": 2, "pose": [0.5]})
	seer.observation_space = space
	var written := _observed(seer)
	check_near(written.f32, [0.5])
	check_equal(Array(written.i64), [2], "i64")
	check_equal(Array(written.u8), [7, 200], "u8")


func test_mask() -> void:
	var seer := _seer(PackedFloat32Array([8]))
	seer.mask = [1, 0, 1]
	var description := Observer.new(seer).description
	check_equal(_keys(description), ["observation", "action_mask"], "keys")
	var mask := {"type": "box", "shape": [3], "low": 0.0, "high": 1.0, "dtype": "int8"}
	check_equal(description["spaces"][1][1], mask, "mask")
	check_equal(Array(_observed(seer).u8), [1, 0, 1], "written mask")


func test_nothing_to_observe_is_a_fault() -> void:
	check_equal(Observer.new(_seer(null)).description, {}, "description")
	check(take_fault().contains("observes nothing"), "fault")


func test_underivable_answers_are_faults() -> void:
	for answer: Variant in ["text", PackedStringArray(["a"]), Color.RED]:
		Observer.new(_seer(answer))
		check(take_fault().contains("_observe: expected floats"), str(answer))


func test_sensors_join_only_floats() -> void:
	var seer := _seer(2)
	seer.observation_space = ZooDiscrete.choices(4)
	_sense(seer, 1, 5.0)
	Observer.new(seer)
	check(take_fault().contains("give the sensors a key"), "fault")


func test_other_answers_than_the_first_are_faults() -> void:
	var seer := _seer(PackedFloat32Array([1, 2]))
	for answer: Variant in [PackedFloat32Array([1]), [1, 2, 3], null, "ab"]:
		var observer := Observer.new(seer)
		seer.answer = answer
		observer.write(Buffers.new([9, 9, 9]), [0])
		check(take_fault().contains("expected 2 float32 values"), str(answer))
		seer.answer = PackedFloat32Array([1, 2])


func test_missing_keys_are_faults() -> void:
	var seer := _seer({"a": 1.0, "b": 2.0})
	var observer := Observer.new(seer)
	seer.answer = {"a": 1.0}
	observer.write(Buffers.new([9, 9, 9]), [0, 1])
	check(take_fault().contains('key "b"'), "fault")


func test_masks_of_another_size_are_faults() -> void:
	var seer := _seer(1.0)
	seer.mask = [1, 0]
	var observer := Observer.new(seer)
	seer.mask = [1]
	observer.write(Buffers.new([9, 9, 9]), [0, 0])
	check(take_fault().contains("_action_mask: expected 2 entries, got 1"), "fault")


func test_next_instance_of_the_agent() -> void:
	var first := _seer(null)
	_sense(first, 1, 5.0)
	var observer := Observer.new(first)
	var second := _seer(null)
	_sense(second, 1, 6.0)
	observer.rebind(second)
	observer.restart()
	var report := Buffers.new([0, 1, 0])
	observer.write(report, [0])
	check_near(report.f32, [6])


func _seer(answer: Variant) -> Seer:
	var seer := Seer.new()
	seer.answer = answer
	seer.action_space = ZooDiscrete.choices(2)
	add(seer)
	seer.begin_episode(null)
	return seer


func _sense(seer: Seer, size: int, number: float, key: String = "") -> Constant:
	var sensor := Constant.new()
	sensor.size = size
	sensor.number = number
	sensor.key = key
	add(sensor, seer)
	return sensor


func _keys(description: Dictionary) -> Array:
	return (description["spaces"] as Array).map(func(member: Array) -> String: return member[0])


## What the agent observes, one leaf after the other in each section.
func _observed(seer: Seer) -> Buffers:
	var observer := Observer.new(seer)
	observer.restart()
	var counts := PackedInt32Array([0, 0, 0])
	var offsets := PackedInt32Array()
	for leaf in Layout.leaves(observer.description):
		offsets.append(counts[leaf[0]])
		counts[leaf[0]] += leaf[1]
	var report := Buffers.new(counts)
	observer.write(report, offsets)
	return report
