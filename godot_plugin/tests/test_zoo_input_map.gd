extends "zoo_test.gd"
## How keys and sticks become actions, and whose actions they are.


## Always takes the first choice.
class Bot:
	extends ZooAgent

	func _heuristic() -> Variant:
		return 0


func begin(on_tree: SceneTree) -> void:
	super(on_tree)
	for action: StringName in InputMap.get_actions():
		Input.action_release(action)


func end() -> void:
	for action: StringName in InputMap.get_actions():
		Input.action_release(action)
	super()


func test_axes() -> void:
	var map := _axes()
	var space := ZooBox.vector(2)
	check_near(map.read(space) as PackedFloat32Array, [0.0, 0.0], "nothing pressed")
	Input.action_press(&"ui_left")
	Input.action_press(&"ui_down", 0.25)
	check_near(map.read(space) as PackedFloat32Array, [-1.0, 0.25], "left, a little down")
	Input.action_press(&"ui_right")
	check_near(map.read(space) as PackedFloat32Array, [0.0, 0.25], "left and right")
	Input.action_release(&"ui_left")
	check_near(map.read(space) as PackedFloat32Array, [1.0, 0.25], "right")
	check_equal(space.to_elements(map.read(space)), map.read(space), "value of the space")


func test_axes_of_several_choices() -> void:
	var map := ZooInputMap.new()
	map.axes = ["ui_left", "ui_right", "", "ui_accept"]
	var space := ZooMultiDiscrete.new()
	space.nvec = [5, 2]
	space.idle = [2, 0]
	check_equal(map.misfit(space), "", "two for each entry")
	check_equal(map.read(space), PackedInt64Array([2, 0]), "nothing pressed")
	Input.action_press(&"ui_left")
	Input.action_press(&"ui_accept")
	check_equal(map.read(space), PackedInt64Array([0, 1]), "left, and on")
	Input.action_release(&"ui_left")
	Input.action_press(&"ui_right", 0.5)
	check_equal(map.read(space), PackedInt64Array([3, 1]), "half to the right")
	var values := ZooBox.vector(2)
	check_near(map.read(values) as PackedFloat32Array, [0.5, 1.0], "the same as values")


func test_choices() -> void:
	var map := _choices()
	var space := ZooDiscrete.choices(3)
	space.start = -1
	check_equal(map.read(space), 0, "nothing pressed")
	Input.action_press(&"ui_right")
	check_equal(map.read(space), 1, "right")
	Input.action_press(&"ui_left")
	check_equal(map.read(space), -1, "the first one counts")


func test_misfits() -> void:
	check_equal(_axes().misfit(ZooBox.vector(2)), "", "axes for a vector of 2")
	check_equal(_choices().misfit(ZooDiscrete.choices(3)), "", "as many choices")
	check_equal(_choices().misfit(ZooDiscrete.choices(4)), "", "fewer choices")
	check(_choices().misfit(ZooDiscrete.choices(2)).contains("3 choices"), "more choices")
	for space: ZooSpace in [ZooBox.vector(1), ZooBox.vector(3), ZooMultiBinary.new(), null]:
		check(_axes().misfit(space).contains("two input actions"), "axes for %s" % space)


func test_people_decide_unless_the_heuristic_should() -> void:
	Input.action_press(&"ui_right")
	var decides: Dictionary[ZooAgent.ControlMode, bool] = {
		ZooAgent.ControlMode.REMOTE: true,
		ZooAgent.ControlMode.HUMAN: true,
		ZooAgent.ControlMode.HEURISTIC: false,
	}
	for mode in decides:
		var agent := Bot.new()
		add(agent)
		agent.control_mode = mode
		agent.action_space = ZooDiscrete.choices(3)
		check_equal(agent.local_action(), 0, "without an input map")
		agent.input_map = _choices()
		check_equal(agent.local_action(), 2 if decides[mode] else 0, "with an input map")


func test_default_heuristic_does_nothing() -> void:
	var agent := ZooAgent.new()
	add(agent)
	check_equal(agent.local_action(), null, "without an action space")
	agent.action_space = ZooBox.vector(2)
	check_equal(agent.local_action(), PackedFloat32Array([0.0, 0.0]), "action")


func _axes() -> ZooInputMap:
	var map := ZooInputMap.new()
	map.axes = ["ui_left", "ui_right", "ui_up", "ui_down"]
	return map


func _choices() -> ZooInputMap:
	var map := ZooInputMap.new()
	map.choices = ["ui_left", "", "ui_right"]
	map.idle_choice = 1
	return map
