extends RefCounted
## What a test extends: checks, helpers that build a scene, physics ticks to wait for.

const Faults := preload("res://addons/pettingzoo_godot/runtime/faults.gd")

const _UNTOUCHED := 77.0


## An environment whose steps the test makes itself: no bridge drives it.
class StillEnvironment:
	extends ZooEnvironment

	func _ready() -> void:
		pass


## The tree that the tests run in.
var tree: SceneTree
## What did not hold; none: the test passes.
var failures: PackedStringArray = []
var _stage: Node


## Called before the test.
func begin(on_tree: SceneTree) -> void:
	tree = on_tree
	_stage = Node.new()
	_stage.name = "Stage"
	tree.root.add_child(_stage)


## Called after the test: nothing of it stays, and no fault may be left.
func end() -> void:
	check_equal(take_fault(), "", "fault nobody expected")
	_stage.free()


## Notes a failure unless [param condition] holds.
func check(condition: bool, message: String) -> void:
	if not condition:
		failures.append(message)


## Notes a failure unless both have the same type and the same value.
func check_equal(actual: Variant, expected: Variant, what: String = "value") -> void:
	var same: bool = typeof(actual) == typeof(expected) and actual == expected
	check(same, "%s: expected %s, got %s" % [what, var_to_str(expected), var_to_str(actual)])


## Notes a failure unless the floats are as many and each within [param tolerance].
func check_near(
	actual: PackedFloat32Array,
	expected: PackedFloat32Array,
	what: String = "values",
	tolerance: float = 1e-5
) -> void:
	var same := actual.size() == expected.size()
	for i in mini(actual.size(), expected.size()):
		same = same and absf(actual[i] - expected[i]) <= tolerance
	check(same, "%s: expected %s, got %s" % [what, expected, actual])


## The message of the fault since the last call; empty: there was none.
func take_fault() -> String:
	return Faults.take().get("message", "")


## Waits for physics ticks: bodies are where they were put after one.
func ticks(count: int) -> void:
	for i in count:
		await tree.physics_frame


## Puts [param node] into the scene, below [param parent] or at its top; it is freed after the test.
func add(node: Node, parent: Node = null) -> Node:
	(parent if parent != null else _stage).add_child(node)
	return node


## A square body of 20 px without a sensor; it is on layer 1.
func box_2d(body: CollisionObject2D, at: Vector2) -> CollisionObject2D:
	var shape := RectangleShape2D.new()
	shape.size = Vector2(20.0, 20.0)
	var collision := CollisionShape2D.new()
	collision.shape = shape
	body.add_child(collision)
	body.position = at
	add(body)
	return body


## A cubic body of 2 m; it is on layer 1.
func box_3d(body: CollisionObject3D, at: Vector3) -> CollisionObject3D:
	var shape := BoxShape3D.new()
	shape.size = Vector3(2.0, 2.0, 2.0)
	var collision := CollisionShape3D.new()
	collision.shape = shape
	body.add_child(collision)
	body.position = at
	add(body)
	return body


## Puts [param sensor] below an agent on [param body], in an environment that no bridge drives.
func mount(sensor: ZooSensor, body: Node, environment: ZooEnvironment = null) -> void:
	var agent := ZooAgent.new()
	agent.name = "Runner"
	agent.add_child(sensor)
	body.add_child(agent)
	agent.environment = environment
	sensor.agent = agent
	sensor.restart()


## One observation of [param sensor], which must touch nothing but its own part of the buffer and
## keep its bounds.
func read(sensor: ZooSensor) -> PackedFloat32Array:
	var size := sensor.observation_size()
	var buffer := PackedFloat32Array()
	buffer.resize(size + 2)
	buffer.fill(_UNTOUCHED)
	sensor.write(buffer, 1)
	check(buffer[0] == _UNTOUCHED and buffer[size + 1] == _UNTOUCHED, "wrote beside its part")
	var values := buffer.slice(1, size + 1)
	var space := sensor.space()
	check_equal(space.lows.size(), size, "number of lower bounds")
	for i in size:
		var inside := space.lows[i] <= values[i] and values[i] <= space.highs[i]
		check(
			inside, "value %d is %f, outside %f..%f" % [i, values[i], space.lows[i], space.highs[i]]
		)
	return values
