extends "zoo_test.gd"
## The codec on the golden packets, which Python's tests read as well (tests/golden/README.md).

const Buffers := preload("res://addons/pettingzoo_godot/wire/zoo_buffers.gd")
const Codec := preload("res://addons/pettingzoo_godot/wire/zoo_codec.gd")
const Layout := preload("res://addons/pettingzoo_godot/wire/zoo_layout.gd")

const TEXTS: PackedStringArray = ["hello", "configure", "reset", "render", "close", "fault"]


func test_text_packets_decode() -> void:
	for title in TEXTS:
		check_equal(Codec.decode_text(golden_text(title)), golden(title), title)


func test_text_packets_encode() -> void:
	for title in TEXTS:
		var content := golden(title)
		var type: String = content["type"]
		content.erase("type")
		var packet := Codec.encode_text(type, content)
		check_equal(Codec.decode_text(packet), golden(title), title)


func test_changed_text_packets_differ() -> void:
	for title: String in ["configure", "reset", "render", "close", "fault"]:
		var packet := golden_bytes(title)
		for i in packet.size():
			var changed := packet.duplicate()
			changed[i] ^= 1
			var decoded := Codec.decode_text(changed.get_string_from_utf8())
			check(decoded != golden(title), "%s: byte %d changed nothing" % [title, i])


func test_other_text_is_no_packet() -> void:
	for text: String in ["", "7", "[]", "{", '{"kind": "x"}', '{"type": 3}', "null"]:
		check_equal(Codec.decode_text(text), {}, text)


func test_step() -> void:
	_check_binary("step", Codec.KIND_STEP, _step(_layout()))


func test_report() -> void:
	_check_binary("report", Codec.KIND_REPORT, _report(_layout()))


func test_picture() -> void:
	var content := golden("picture")
	var pixels := PackedByteArray()
	for rows: Array in content["arenas"]:
		for row: Array in rows:
			for pixel: Array in row:
				pixels.append_array(PackedByteArray(pixel))
	var size := Vector2i(content["width"] as int, content["height"] as int)
	var packet := Codec.encode_picture(content["sequence"] as int, size, pixels)
	check_equal(packet, golden_bytes("picture"), "packet")


func test_other_sizes_and_kinds_are_refused() -> void:
	var content := Buffers.new(_layout().report_counts)
	var packet := golden_bytes("report")
	var error := Codec.decode_binary(packet, Codec.KIND_STEP, content)
	check_equal(error, ERR_INVALID_DATA, "another kind")
	for size in packet.size():
		error = Codec.decode_binary(packet.slice(0, size), Codec.KIND_REPORT, content)
		check_equal(error, ERR_INVALID_DATA, "%d bytes" % size)
	packet.append(0)
	error = Codec.decode_binary(packet, Codec.KIND_REPORT, content)
	check_equal(error, ERR_INVALID_DATA, "a byte too many")


## The bytes of a golden packet.
static func golden_bytes(title: String) -> PackedByteArray:
	return FileAccess.get_file_as_bytes(_golden_folder().path_join(title + ".packet"))


## A golden text packet.
static func golden_text(title: String) -> String:
	return golden_bytes(title).get_string_from_utf8()


## What a golden packet says.
static func golden(title: String) -> Dictionary:
	var path := _golden_folder().path_join(title + ".json")
	return JSON.parse_string(FileAccess.get_file_as_string(path))


static func _golden_folder() -> String:
	return ProjectSettings.globalize_path("res://").path_join("../tests/golden")


func _layout() -> Layout:
	var hello := golden("hello")
	return Layout.new(hello["agents"], int(hello["arenas"]), int(hello["state_size"]))


func _check_binary(title: String, kind: int, expected: Buffers) -> void:
	var packet := golden_bytes(title)
	var content := golden(title)
	var sequence := int(content["sequence"])
	var usec := int(content.get("engine_usec", 0))
	var tick := int(content.get("tick", 0))
	var encoded := Codec.encode_binary(kind, sequence, usec, tick, expected)
	check_equal(encoded, packet, "encoded " + title)
	check(_says(packet, kind, sequence, expected), "%s decodes to another one" % title)
	for i in packet.size():
		if (i > 0 and i < 4) or (i >= 8 and i < 16):
			continue  # the engine does not read these
		var changed := packet.duplicate()
		changed[i] ^= 1
		check(
			not _says(changed, kind, sequence, expected), "%s: byte %d changed nothing" % [title, i]
		)


## Whether [param packet] is decoded as what is expected.
func _says(packet: PackedByteArray, kind: int, sequence: int, expected: Buffers) -> bool:
	var counts := PackedInt32Array([expected.i64.size(), expected.f32.size(), expected.u8.size()])
	var decoded := Buffers.new(counts)
	return (
		Codec.decode_binary(packet, kind, decoded) == OK
		and Codec.sequence_of(packet) == sequence
		and decoded.i64 == expected.i64
		and decoded.f32 == expected.f32
		and decoded.u8 == expected.u8
	)


func _step(layout: Layout) -> Buffers:
	var buffers := Buffers.new(layout.step_counts)
	for group: Dictionary in golden("step")["groups"]:
		_put_leaves(buffers, layout, group, "action_space", group["actions"])
	return buffers


func _report(layout: Layout) -> Buffers:
	var report := golden("report")
	var buffers := Buffers.new(layout.report_counts)
	var number := 0  # of the slot, over all groups
	for group: Dictionary in report["groups"]:
		_put_leaves(buffers, layout, group, "observation_space", group["observations"])
		var slots := _slots(layout, group["policy_group"])
		for i in slots.size():
			buffers.f32[slots[i].reward] = report["rewards"][number]
			buffers.u8[slots[i].flags] = int(report["flags"][number])
			var info := PackedFloat32Array(group["info"][i] as Array)
			buffers.write(ZooSpace.Section.F32, slots[i].info, info)
			number += 1
	for i: int in golden("hello")["arenas"]:
		var state := PackedFloat32Array(report["states"][i] as Array)
		buffers.write(ZooSpace.Section.F32, layout.state_offset + i * layout.state_size, state)
	return buffers


## Writes the values of a group's leaves, by slot, where the layout says.
func _put_leaves(
	buffers: Buffers, layout: Layout, group: Dictionary, what: String, values: Dictionary
) -> void:
	var group_name: String = group["policy_group"]
	var leaves := Layout.leaves(_members(group_name)[0][what])
	var slots := _slots(layout, group_name)
	for leaf in leaves.size():
		var by_slot: Array = values.values()[leaf]
		for i in slots.size():
			var offsets := slots[i].actions if what == "action_space" else slots[i].observations
			var elements: Array = by_slot[i]
			check_equal(elements.size(), leaves[leaf][1], "elements of leaf %d" % leaf)
			buffers.write(leaves[leaf][0], offsets[leaf], _packed(leaves[leaf][0], elements))


func _packed(section: ZooSpace.Section, elements: Array) -> Variant:
	match section:
		ZooSpace.Section.I64:
			return PackedInt64Array(elements)
		ZooSpace.Section.F32:
			return PackedFloat32Array(elements)
	return PackedByteArray(elements)


## The agents of a policy group, as the hello describes them.
func _members(group: String) -> Array:
	var is_member := func(agent: Dictionary) -> bool: return agent["policy_group"] == group
	return (golden("hello")["agents"] as Array).filter(is_member)


## The slots of a policy group: arena by arena, in each arena in the order of the agents.
func _slots(layout: Layout, group: String) -> Array[Layout.Slot]:
	var hello := golden("hello")
	var agents: Array = hello["agents"]
	var slots: Array[Layout.Slot] = []
	for arena: int in hello["arenas"]:
		for i in agents.size():
			if agents[i]["policy_group"] == group:
				slots.append(layout.slot(i, arena))
	return slots
