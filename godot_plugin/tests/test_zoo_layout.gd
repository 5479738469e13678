extends "zoo_test.gd"
## Where elements lie, against offsets counted by hand from docs/PROTOCOL.md 4.

const Layout := preload("res://addons/pettingzoo_godot/wire/zoo_layout.gd")
const Golden := preload("test_zoo_codec.gd")

const BOX := {"type": "box", "shape": [2.0, 3.0], "low": null, "high": null, "dtype": "float32"}
const PIXELS := {"type": "box", "shape": [4.0], "low": 0.0, "high": 255.0, "dtype": "uint8"}
const CHOICE := {"type": "discrete", "n": 5.0, "start": 0.0}
const CHOICES := {"type": "multi_discrete", "nvec": [3.0, 2.0]}
const SWITCHES := {"type": "multi_binary", "n": 7.0}

## Sections, as in [enum ZooSpace.Section].
const I64 := 0
const F32 := 1
const U8 := 2


func test_leaves_of_each_space() -> void:
	var expected := {BOX: [F32, 6], PIXELS: [U8, 4], CHOICE: [I64, 1], CHOICES: [I64, 2]}
	expected[SWITCHES] = [U8, 7]
	for space: Dictionary in expected:
		var leaves := Layout.leaves(space)
		check_equal(leaves.size(), 1, "leaves of %s" % space["type"])
		check_equal(Array(leaves[0]), expected[space], "%s" % space["type"])
	var dict := {"type": "dict", "spaces": [["a", CHOICE], ["b", BOX]]}
	check_equal(Layout.leaves(dict), [PackedInt32Array([I64, 1]), PackedInt32Array([F32, 6])])


func test_masks_travel_as_bytes() -> void:
	var mask := {"type": "box", "shape": [4.0], "low": 0.0, "high": 1.0, "dtype": "int8"}
	check_equal(Layout.leaves(mask), [PackedInt32Array([U8, 4])])


func test_golden_sizes() -> void:
	var layout := _golden()
	check_equal(Array(layout.step_counts), [8, 4, 6], "step")
	check_equal(Array(layout.report_counts), [8, 38, 44], "report")
	check_equal(layout.step_size(), Golden.golden_bytes("step").size(), "bytes of a step")
	check_equal(layout.report_size(), Golden.golden_bytes("report").size(), "bytes of a report")
	check_equal(layout.state_offset, 34, "first state")


func test_last_runner_of_the_golden_hello() -> void:
	var slot := _golden().slot(2, 1)
	check_equal(Array(slot.actions), [3], "actions")
	check_equal(Array(slot.observations), [9, 12, 3, 28], "observations")
	check_equal([slot.reward, slot.info, slot.flags], [23, 32, 41], "columns")


func test_last_chaser_of_the_golden_hello() -> void:
	var slot := _golden().slot(1, 1)
	check_equal(Array(slot.actions), [2, 2, 6, 5], "actions")
	check_equal(Array(slot.observations), [14, 35, 6, 18], "observations")
	check_equal([slot.reward, slot.info, slot.flags], [25, 34, 43], "columns")


func test_no_two_elements_share_a_place() -> void:
	var layout := _golden()
	var taken: Dictionary[Vector2i, bool] = {}
	var places := 0
	for agent in 3:
		for arena in 2:
			var slot := layout.slot(agent, arena)
			taken[Vector2i(F32, slot.reward)] = true
			taken[Vector2i(U8, slot.flags)] = true
			places += 2
			var space: Dictionary = Golden.golden("hello")["agents"][agent]["observation_space"]
			var leaves := Layout.leaves(space)
			for i in leaves.size():
				for element in leaves[i][1]:
					taken[Vector2i(leaves[i][0], slot.observations[i] + element)] = true
					places += 1
	check_equal(taken.size(), places, "different places")


func _golden() -> Layout:
	var hello := Golden.golden("hello")
	return Layout.new(hello["agents"], int(hello["arenas"]), int(hello["state_size"]))
