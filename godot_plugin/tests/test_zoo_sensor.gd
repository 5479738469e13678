extends "zoo_test.gd"
## What every sensor inherits: stacking, spaces, the body.


## Reads 1, 11; 2, 12; 3, 13 and so on.
class Counter:
	extends ZooSensor
	var readings: int = 0
	var resets: int = 0

	func _size() -> int:
		return 2

	func _low() -> PackedFloat32Array:
		return [0.0, 10.0]

	func _read(buffer: PackedFloat32Array, offset: int) -> void:
		readings += 1
		buffer[offset] = readings
		buffer[offset + 1] = 10.0 + readings

	func _reset() -> void:
		resets += 1


## Two rows of three floats.
class Table:
	extends ZooSensor

	func _size() -> int:
		return 6

	func _shape() -> PackedInt32Array:
		return [2, 3]


func test_one_reading() -> void:
	var counter := _counter(1)
	check_near(read(counter), [1, 11])
	check_near(read(counter), [2, 12])


func test_stack_holds_the_newest_reading_first() -> void:
	var counter := _counter(3)
	check_near(read(counter), [1, 11, 1, 11, 1, 11], "first")
	check_near(read(counter), [2, 12, 1, 11, 1, 11], "second")
	check_near(read(counter), [3, 13, 2, 12, 1, 11], "third")
	check_near(read(counter), [4, 14, 3, 13, 2, 12], "fourth")


func test_restart_forgets_earlier_readings() -> void:
	var counter := _counter(2)
	read(counter)
	read(counter)
	counter.restart()
	check_near(read(counter), [3, 13, 3, 13])
	check_equal(counter.resets, 2, "resets")


func test_space_repeats_the_bounds() -> void:
	var space := _counter(2).space()
	check_equal(Array(space.shape), [4], "shape")
	check_equal(Array(space.lows), [0.0, 10.0, 0.0, 10.0], "low")
	check_equal(Array(space.highs), [INF, INF, INF, INF], "high")


func test_a_stack_lengthens_the_first_axis() -> void:
	var table := Table.new()
	table.stack = 3
	mount(table, add(Node.new()))
	check_equal(Array(table.space().shape), [6, 3], "shape")
	check_equal(table.space().lows.size(), 18, "bounds")


func test_noise_is_the_seed_s() -> void:
	var first := _noisy(7, 1)
	var values := read(first)
	check(values[0] != 1.0 and absf(values[0] - 1.0) < 1.0, "noise: %s" % values)
	var second := _noisy(7, 1)
	check_equal(read(second), values, "same seed")
	check_equal(read(second), read(first), "same seed, second reading")
	check(read(_noisy(8, 1)) != values, "another seed")


func test_noise_starts_anew_with_each_episode() -> void:
	var counter := _noisy(7, 1)
	var values := read(counter)
	counter.readings = 0
	counter.agent.environment.rng.seed = 7
	counter.restart()
	check_equal(read(counter), values, "same seed again")


func test_noise_keeps_the_bounds() -> void:
	var counter := _noisy(7, 1)
	counter.noise = 50.0
	counter.restart()
	for i in 20:
		read(counter)  # checks them


func test_earlier_readings_keep_their_noise() -> void:
	var counter := _noisy(7, 2)
	var first := read(counter)
	check_equal(first.slice(2), first.slice(0, 2), "first")
	check_equal(read(counter).slice(2), first.slice(0, 2), "second")


func test_no_noise_draws_nothing() -> void:
	var environment := StillEnvironment.new()
	environment.rng.seed = 3
	var state := environment.rng.state
	mount(Counter.new(), add(environment), environment)
	check_equal(environment.rng.state, state, "state of the arena's generator")


func test_body_is_the_nearest_spatial_ancestor() -> void:
	var counter := Counter.new()
	var body := Node2D.new()
	mount(counter, add(Node.new(), add(body, add(Node3D.new()))))
	check(counter.body_2d() == body, "2D body")
	check_equal(counter.body_3d().get_child(0), body, "child of the 3D body")


func test_no_body() -> void:
	var counter := _counter(1)
	check(counter.body_2d() == null and counter.body_3d() == null, "a body of nothing")


func test_step_seconds() -> void:
	var environment := StillEnvironment.new()
	environment.ticks_per_step = 6
	var counter := Counter.new()
	mount(counter, add(environment), environment)
	check_near([counter.step_seconds()], [6.0 / Engine.physics_ticks_per_second])


func _counter(stack: int) -> Counter:
	var counter := Counter.new()
	counter.stack = stack
	mount(counter, add(Node.new()))
	return counter


func _noisy(seed_value: int, stack: int) -> Counter:
	var environment := StillEnvironment.new()
	environment.rng.seed = seed_value
	var counter := Counter.new()
	counter.noise = 0.1
	counter.stack = stack
	mount(counter, add(environment), environment)
	return counter
