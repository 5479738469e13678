extends "zoo_test.gd"
## Copies of a scene beside each other: worlds of their own, time of their own.

const Arena := preload("res://addons/pettingzoo_godot/runtime/arena.gd")
const Pausable := preload("res://addons/pettingzoo_godot/runtime/pausable.gd")

const _COUNT := 3
const _FAR := 500.0


## tests/engine/test_gdscript.py starts the runner with and without this argument.
func test_count() -> void:
	var expected := 2 if OS.get_cmdline_user_args().has("--zoo-arenas=2") else _COUNT
	var arenas := _arenas()
	check_equal(arenas.get_child_count(), expected, "copies")
	for i in arenas.get_child_count():
		check_equal(str(arenas.get_child(i).name), "Arena%d" % i, "name")
		check_equal(str(_copy(arenas, i).name), "Falling", "root of the copy")


func test_every_arena_has_worlds_of_its_own() -> void:
	var arenas := _arenas()
	var seen: Array = [tree.root.find_world_2d(), tree.root.find_world_3d()]
	for viewport: SubViewport in arenas.get_children():
		for world: Resource in [viewport.find_world_2d(), viewport.find_world_3d()]:
			check(world not in seen, "a world is shared")
			seen.append(world)


func test_no_arena_sees_anothers_bodies() -> void:
	var arenas := _arenas()
	# All start at the same place; the floor of the first one goes away.
	for floor_name: String in ["Floor2D", "Floor3D"]:
		var floor_body := _copy(arenas, 0).get_node(floor_name)
		floor_body.set(&"position", floor_body.get(&"position") * _FAR)
	await ticks(2)
	check_equal(_rays_hit(arenas, 0), [false, false], "rays of the first arena")
	check_equal(_rays_hit(arenas, 1), [true, true], "rays of the second arena")
	await ticks(60)
	var fallen := _copy(arenas, 0).get_node("Ball2D") as RigidBody2D
	var resting := _copy(arenas, 1).get_node("Ball2D") as RigidBody2D
	check(fallen.position.y > 100.0, "the first ball fell to %f" % fallen.position.y)
	check(resting.position.y < 60.0, "the second ball fell to %f" % resting.position.y)
	var fallen_3d := _copy(arenas, 0).get_node("Ball3D") as RigidBody3D
	var resting_3d := _copy(arenas, 1).get_node("Ball3D") as RigidBody3D
	check(fallen_3d.position.y < -3.0, "the first 3D ball fell to %f" % fallen_3d.position.y)
	check(resting_3d.position.y > -3.0, "the second 3D ball fell to %f" % resting_3d.position.y)


func test_an_arena_that_is_frozen_stands_still_alone() -> void:
	var arenas := _arenas()
	var first := _arena(arenas, 0)
	_arena(arenas, 1)
	await ticks(3)
	first.set_frozen(true)
	await ticks(1)
	var before := [_state(arenas, 0), _state(arenas, 1)]
	await ticks(5)
	check_equal(_state(arenas, 0), before[0], "the frozen arena")
	check(_state(arenas, 1) != before[1], "the other arena stands still as well")
	first.set_frozen(false)
	await ticks(3)
	check(_state(arenas, 0) != before[0], "the first arena stands still after the thaw")


func test_time_lost_in_the_frost_is_all_that_differs() -> void:
	var arenas := _arenas()
	var first := _arena(arenas, 0)
	await ticks(8)
	var expected := _state(arenas, 1)
	check_equal(_state(arenas, 0), expected, "two arenas of the same age")
	first.set_frozen(true)
	await ticks(7)
	check_equal(_state(arenas, 0), expected, "frozen")
	first.set_frozen(false)
	await ticks(20)
	var thawed := _state(arenas, 0)
	# Another seven ticks: then it has lived as long as the second arena had before.
	var second := _state(arenas, 1)
	_arena(arenas, 1).set_frozen(true)
	await ticks(7)
	check_equal(_state(arenas, 0), second, "as old as the second was")
	check(thawed != second, "nothing moved")


func test_nodes_that_are_pausable_by_themselves_inherit() -> void:
	var scene := _scene_of_modes()
	var pausable := Pausable.new()
	for _instance in 2:
		var root := scene.instantiate()
		add(root)
		pausable.inherit(root)
		var modes := {}
		for node in root.find_children("*", "", true, false):
			modes[str(root.get_path_to(node))] = node.process_mode
		var expected := {
			"Plain": Node.PROCESS_MODE_INHERIT,
			"Plain/Pausable": Node.PROCESS_MODE_INHERIT,
			"Plain/Pausable/Again": Node.PROCESS_MODE_INHERIT,
			"Always": Node.PROCESS_MODE_ALWAYS,
			"Always/Pausable": Node.PROCESS_MODE_PAUSABLE,
		}
		check_equal(modes, expected, "modes")
		check_equal(root.process_mode, Node.PROCESS_MODE_INHERIT, "mode of the root")


func test_every_copy_is_stopped_by_the_frost() -> void:
	var arenas := ZooArenas.new()
	arenas.scene = _scene_of_modes()
	arenas.count = 2
	add(arenas)
	_arena(arenas, 1).set_frozen(true)
	for path: String in [".", "Plain", "Plain/Pausable", "Plain/Pausable/Again"]:
		check(_copy(arenas, 0).get_node(path).can_process(), "%s of the first" % path)
		check(not _copy(arenas, 1).get_node(path).can_process(), "%s of the second" % path)


func test_without_a_scene_there_are_none() -> void:
	var arenas := ZooArenas.new()
	add(arenas)
	check_equal(arenas.get_child_count(), 0, "copies")


func _arenas() -> ZooArenas:
	var arenas := ZooArenas.new()
	arenas.scene = _scene()
	arenas.count = _COUNT
	add(arenas)
	return arenas


## A ball above a floor, on a plane and in space, and a timer.
func _scene() -> PackedScene:
	var root := Node.new()
	root.name = "Falling"
	var circle := CircleShape2D.new()
	var rectangle := RectangleShape2D.new()
	rectangle.size = Vector2(200.0, 20.0)
	var plane := BoxShape3D.new()
	plane.size = Vector3(10.0, 0.2, 10.0)
	_put(root, RigidBody2D.new(), "Ball2D", circle)
	_put(root, StaticBody2D.new(), "Floor2D", rectangle).set(&"position", Vector2(0.0, 50.0))
	_put(root, RigidBody3D.new(), "Ball3D", SphereShape3D.new())
	_put(root, StaticBody3D.new(), "Floor3D", plane).set(&"position", Vector3(0.0, -2.0, 0.0))
	var timer := Timer.new()
	timer.name = "Timer"
	timer.wait_time = 100.0
	timer.autostart = true
	timer.process_callback = Timer.TIMER_PROCESS_PHYSICS
	root.add_child(timer)
	timer.owner = root
	var scene := PackedScene.new()
	scene.pack(root)
	root.free()
	return scene


func _scene_of_modes() -> PackedScene:
	var modes: Dictionary[String, Node.ProcessMode] = {
		"Plain": Node.PROCESS_MODE_INHERIT,
		"Plain/Pausable": Node.PROCESS_MODE_PAUSABLE,
		"Plain/Pausable/Again": Node.PROCESS_MODE_PAUSABLE,
		"Always": Node.PROCESS_MODE_ALWAYS,
		"Always/Pausable": Node.PROCESS_MODE_PAUSABLE,
	}
	var root := Node.new()
	root.process_mode = Node.PROCESS_MODE_PAUSABLE
	for path in modes:
		var node := Node.new()
		node.name = path.get_file()
		node.process_mode = modes[path]
		root.get_node(path.get_base_dir() if "/" in path else ".").add_child(node)
		node.owner = root
	var scene := PackedScene.new()
	scene.pack(root)
	root.free()
	return scene


func _put(root: Node, body: Node, body_name: String, shape: Resource) -> Node:
	var collision: Node = CollisionShape2D.new()
	if shape is Shape3D:
		collision.free()
		collision = CollisionShape3D.new()
	collision.set(&"shape", shape)
	body.name = body_name
	root.add_child(body)
	body.owner = root
	body.add_child(collision)
	collision.owner = root
	return body


func _copy(arenas: ZooArenas, index: int) -> Node:
	return arenas.get_child(index).get_child(0)


func _arena(arenas: ZooArenas, index: int) -> Arena:
	var environment := StillEnvironment.new()
	add(environment, _copy(arenas, index))
	return Arena.new(environment, false, false)


## Position and speed of what moves, and what the timer says.
func _state(arenas: ZooArenas, index: int) -> Array:
	var copy := _copy(arenas, index)
	var ball_2d := copy.get_node("Ball2D") as RigidBody2D
	var ball_3d := copy.get_node("Ball3D") as RigidBody3D
	return [
		ball_2d.position,
		ball_2d.linear_velocity,
		ball_3d.position,
		ball_3d.linear_velocity,
		(copy.get_node("Timer") as Timer).time_left,
	]


## Whether rays beside the balls meet a floor, on the plane and in space.
func _rays_hit(arenas: ZooArenas, index: int) -> Array[bool]:
	var viewport := arenas.get_child(index) as SubViewport
	var flat := PhysicsRayQueryParameters2D.create(Vector2(80.0, 0.0), Vector2(80.0, 100.0))
	var deep := PhysicsRayQueryParameters3D.create(Vector3(4.0, 0.0, 0.0), Vector3(4.0, -9.0, 0.0))
	return [
		not viewport.find_world_2d().direct_space_state.intersect_ray(flat).is_empty(),
		not viewport.find_world_3d().direct_space_state.intersect_ray(deep).is_empty(),
	]
