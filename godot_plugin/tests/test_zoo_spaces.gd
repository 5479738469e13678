extends "zoo_test.gd"
## Every space: its description, its neutral value, its samples, what it takes for a value.

const SAMPLES := 200

var _rng: RandomNumberGenerator = RandomNumberGenerator.new()


func test_box() -> void:
	var box := ZooBox.vector(3, -2.0, 5.0)
	var expected := {"type": "box", "shape": [3], "low": -2.0, "high": 5.0, "dtype": "float32"}
	check_equal(box.describe(), expected, "description")
	check_equal(box.size(), 3, "size")
	check_equal(box.section(), ZooSpace.Section.F32, "section")
	check_equal(box.neutral(), PackedFloat32Array([0.0, 0.0, 0.0]), "neutral")
	check_equal(box.leaves(), [box] as Array[ZooSpace], "leaves")
	for i in SAMPLES:
		var value: PackedFloat32Array = box.sample(_rng)
		check_equal(value.size(), 3, "size of a sample")
		for element in value:
			check(-2.0 <= element and element <= 5.0, "sample %f" % element)


func test_box_bounds_per_element() -> void:
	var box := ZooBox.vector(3)
	box.lows = [1.0, -INF, -3.0]
	box.highs = [2.0, INF, -2.0]
	check_equal(box.describe()["low"], [1.0, null, -3.0], "low")
	check_equal(box.describe()["high"], [2.0, null, -2.0], "high")
	check_equal(box.neutral(), PackedFloat32Array([1.0, 0.0, -2.0]), "neutral")
	for i in SAMPLES:
		var value: PackedFloat32Array = box.sample(_rng)
		check(1.0 <= value[0] and value[0] <= 2.0, "bounded sample %f" % value[0])
		check(-1.0 <= value[1] and value[1] <= 1.0, "unbounded sample %f" % value[1])


func test_unbounded_box() -> void:
	var description := ZooBox.vector(1, -INF, INF).describe()
	check_equal([description["low"], description["high"]], [null, null])


func test_box_takes_what_has_as_many_numbers() -> void:
	var two := PackedFloat32Array([1.0, 0.5])
	var box := ZooBox.vector(2)
	for value: Variant in [two, [1, 0.5], PackedFloat64Array([1.0, 0.5]), Vector2(1.0, 0.5)]:
		check_equal(box.to_elements(value), two, type_string(typeof(value)))
	check_equal(ZooBox.vector(3).to_elements(Vector3.ONE), PackedFloat32Array([1, 1, 1]), "vector")
	for value: Variant in [2.5, 2, true]:
		var elements: Variant = ZooBox.vector(1).to_elements(value)
		check_equal(elements, PackedFloat32Array([float(value)]), type_string(typeof(value)))
	_check_refused(box, [PackedFloat32Array([1.0]), [1, 2, 3], Vector3.ONE, 1.0, null, "ab", {}])


func test_box_of_several_axes() -> void:
	var box := ZooBox.new()
	box.shape = [2, 3]
	check_equal(box.size(), 6, "size")
	check_equal(box.describe()["shape"], [2, 3], "shape")
	check_equal(box.expectation(), "6 float32 values", "expectation")


func test_box_of_bytes() -> void:
	var box := ZooBox.vector(2, 0.0, 255.0)
	box.dtype = ZooBox.Dtype.UINT8
	check_equal(box.describe()["dtype"], "uint8", "dtype")
	check_equal(box.section(), ZooSpace.Section.U8, "section")
	check_equal(box.neutral(), PackedByteArray([0, 0]), "neutral")
	for value: Variant in [PackedByteArray([3, 250]), [3, 250], PackedInt32Array([3, 250])]:
		check_equal(box.to_elements(value), PackedByteArray([3, 250]), type_string(typeof(value)))
	_check_refused(box, [PackedByteArray([1]), [1, 2, 3], null, "ab"])


func test_mask_dtype() -> void:
	var box := ZooBox.vector(2, 0.0, 1.0)
	box.dtype = ZooBox.Dtype.INT8
	check_equal(box.describe()["dtype"], "int8", "dtype")
	check_equal(box.section(), ZooSpace.Section.U8, "section")


func test_discrete() -> void:
	var space := ZooDiscrete.choices(3)
	space.start = -1
	check_equal(space.describe(), {"type": "discrete", "n": 3, "start": -1}, "description")
	check_equal(space.section(), ZooSpace.Section.I64, "section")
	check_equal(space.size(), 1, "size")
	check_equal(space.neutral(), -1, "neutral")
	var seen: Dictionary[int, bool] = {}
	for i in SAMPLES:
		seen[space.sample(_rng)] = true
	var choices := seen.keys()
	choices.sort()
	check_equal(Array(choices), [-1, 0, 1], "samples")
	for choice: int in choices:
		check_equal(space.to_elements(choice), PackedInt64Array([choice]), "choice %d" % choice)
		check_equal(space.from_elements(PackedInt64Array([choice])), choice, "from the wire")
	check_equal(space.to_elements(true), PackedInt64Array([1]), "bool")
	_check_refused(space, [-2, 2, 0.5, null, "1", [1]])


func test_multi_discrete_with_idle_choices() -> void:
	var space := ZooMultiDiscrete.new()
	space.nvec = [3, 2]
	space.idle = [1, 0]
	check_equal(space.neutral(), PackedInt64Array([1, 0]), "neutral")


func test_multi_discrete() -> void:
	var space := ZooMultiDiscrete.new()
	space.nvec = [2, 3]
	check_equal(space.describe(), {"type": "multi_discrete", "nvec": [2, 3]}, "description")
	check_equal(space.section(), ZooSpace.Section.I64, "section")
	check_equal(space.size(), 2, "size")
	check_equal(space.neutral(), PackedInt64Array([0, 0]), "neutral")
	var seen: Dictionary[PackedInt64Array, bool] = {}
	for i in SAMPLES:
		seen[space.sample(_rng)] = true
	check_equal(seen.size(), 6, "different samples")
	for value: PackedInt64Array in seen:
		check_equal(space.to_elements(value), value, "sample")
	check_equal(space.to_elements([1, 2]), PackedInt64Array([1, 2]), "array")
	check_equal(space.to_elements(PackedInt32Array([1, 2])), PackedInt64Array([1, 2]), "int32")
	_check_refused(space, [[2, 0], [0, 3], [-1, 0], [0], [0, 0, 0], 1, null])


func test_multi_binary() -> void:
	var space := ZooMultiBinary.new()
	space.n = 2
	check_equal(space.describe(), {"type": "multi_binary", "n": 2}, "description")
	check_equal(space.section(), ZooSpace.Section.U8, "section")
	check_equal(space.size(), 2, "size")
	check_equal(space.neutral(), PackedByteArray([0, 0]), "neutral")
	var seen: Dictionary[PackedByteArray, bool] = {}
	for i in SAMPLES:
		seen[space.sample(_rng)] = true
	check_equal(seen.size(), 4, "different samples")
	for value: PackedByteArray in seen:
		check_equal(space.to_elements(value), value, "sample")
	check_equal(space.to_elements([1, 0]), PackedByteArray([1, 0]), "array")
	_check_refused(space, [[2, 0], [1], [1, 0, 1], 1, null])


func test_dict() -> void:
	var steer := ZooBox.vector(2)
	var gear := ZooDiscrete.choices(3)
	var space := ZooDict.new()
	space.spaces = {"steer": steer, "gear": gear}
	var members := [["steer", steer.describe()], ["gear", gear.describe()]]
	check_equal(space.describe(), {"type": "dict", "spaces": members}, "description")
	check_equal(space.size(), 3, "size")
	check_equal(space.leaves(), [steer, gear] as Array[ZooSpace], "leaves")
	check_equal(space.neutral(), {"steer": PackedFloat32Array([0.0, 0.0]), "gear": 0}, "neutral")
	var sample: Dictionary = space.sample(_rng)
	check_equal(sample.keys(), ["steer", "gear"], "keys of a sample")
	check(gear.to_elements(sample["gear"]) != null, "a sample of the member")


func test_samples_repeat_with_the_seed() -> void:
	for space: ZooSpace in [ZooBox.vector(4), ZooDiscrete.choices(100), ZooMultiDiscrete.new()]:
		_rng.seed = 5
		var first: Variant = space.sample(_rng)
		_rng.seed = 5
		check_equal(space.sample(_rng), first, "%s" % space.describe()["type"])


func _check_refused(space: ZooSpace, values: Array) -> void:
	for value: Variant in values:
		check_equal(space.to_elements(value), null, "not a value: %s" % var_to_str(value))
