extends "zoo_test.gd"
## The last action as floats, for each kind of action space.

var _environment: StillEnvironment
var _sensor: ZooLastActionSensor


func test_box() -> void:
	_begin(ZooBox.vector(3, -2.0, 5.0))
	check_near(read(_sensor), [0, 0, 0], "start of the episode")
	_act(PackedFloat32Array([0.5, -1.5, 2.0]))
	check_near(read(_sensor), [0.5, -1.5, 2.0], "first step")
	_sensor.agent.begin_episode(_environment)
	_environment.step_count = 0
	check_near(read(_sensor), [0, 0, 0], "next episode")


func test_bounds_of_a_box_without_zero() -> void:
	_begin(ZooBox.vector(1, 2.0, 5.0))
	check_near(read(_sensor), [0], "start of the episode")
	check_equal([_sensor.space().lows[0], _sensor.space().highs[0]], [0.0, 5.0], "bounds")


func test_bytes() -> void:
	var box := ZooBox.vector(2, 0.0, 255.0)
	box.dtype = ZooBox.Dtype.UINT8
	_begin(box)
	_act(PackedByteArray([7, 200]))
	check_near(read(_sensor), [7, 200])


func test_discrete() -> void:
	var discrete := ZooDiscrete.choices(3)
	discrete.start = 5
	_begin(discrete)
	check_near(read(_sensor), [0, 0, 0], "start of the episode")
	_act(5)
	check_near(read(_sensor), [1, 0, 0], "first choice")
	_act(7)
	check_near(read(_sensor), [0, 0, 1], "last choice")


func test_multi_discrete() -> void:
	var space := ZooMultiDiscrete.new()
	space.nvec = [2, 3]
	_begin(space)
	check_near(read(_sensor), [0, 0, 0, 0, 0], "start of the episode")
	_act(PackedInt64Array([1, 2]))
	check_near(read(_sensor), [0, 1, 0, 0, 1], "first step")


func test_multi_binary() -> void:
	var space := ZooMultiBinary.new()
	space.n = 3
	_begin(space)
	_act(PackedByteArray([1, 0, 1]))
	check_near(read(_sensor), [1, 0, 1])


func test_dict() -> void:
	var space := ZooDict.new()
	space.spaces = {"steer": ZooBox.vector(2), "gear": ZooDiscrete.choices(2)}
	_begin(space)
	check_near(read(_sensor), [0, 0, 0, 0], "start of the episode")
	_act({"gear": 1, "steer": PackedFloat32Array([-0.5, 0.25])})
	check_near(read(_sensor), [-0.5, 0.25, 0, 1], "first step")
	check_equal(Array(_sensor.space().lows), [-1.0, -1.0, 0.0, 0.0], "low")


func _begin(action_space: ZooSpace) -> void:
	_environment = StillEnvironment.new()
	add(_environment)
	_sensor = ZooLastActionSensor.new()
	mount(_sensor, _environment, _environment)
	_sensor.agent.action_space = action_space
	_sensor.agent.begin_episode(_environment)
	_sensor.restart()


func _act(action: Variant) -> void:
	_environment.step_count += 1
	_sensor.agent.last_action = action
