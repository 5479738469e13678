extends RefCounted
## Where each element of a step and of a report lies (docs/PROTOCOL.md 4), derived from the hello.
##
## Offsets count elements within their section, not bytes.


## Where one slot's elements lie: one entry per leaf, and its own columns.
class Slot:
	extends RefCounted
	var actions: PackedInt32Array = []
	var observations: PackedInt32Array = []
	var reward: int = 0
	var info: int = 0
	var flags: int = 0


const HEADER_SIZE := 16
const ELEMENT_SIZES: PackedInt32Array = [8, 4, 1]

## Elements of a step per section.
var step_counts: PackedInt32Array = [0, 0, 0]
## Elements of a report per section.
var report_counts: PackedInt32Array = [0, 0, 0]
## First element of the states, in the f32 section of a report.
var state_offset: int = 0
## Elements of one arena's state.
var state_size: int = 0
var _slots: Array[Array] = []  # [agent][arena] -> Slot


## The layout for the agents of a hello, in its order, with their descriptions.
func _init(agents: Array, arenas: int, states: int) -> void:
	state_size = states
	var groups: Dictionary[String, PackedInt32Array] = {}
	for i in agents.size():
		var row: Array = []
		for arena in arenas:
			row.append(Slot.new())
		_slots.append(row)
		var group: String = agents[i]["policy_group"]
		if not groups.has(group):
			groups[group] = PackedInt32Array()
		groups[group].append(i)
	for group in groups:
		var members := groups[group]
		_place(agents[members[0]]["action_space"], members, arenas, step_counts, "actions")
		_place(
			agents[members[0]]["observation_space"], members, arenas, report_counts, "observations"
		)
	_place_columns(agents, groups, arenas)


## Where agent number [param agent] of arena number [param arena] finds its elements.
func slot(agent: int, arena: int) -> Slot:
	return _slots[agent][arena]


## Bytes of a whole step packet.
func step_size() -> int:
	return _bytes(step_counts)


## Bytes of a whole report packet.
func report_size() -> int:
	return _bytes(report_counts)


## The leaves of a described space, as [code][section, elements][/code] pairs.
static func leaves(description: Dictionary) -> Array[PackedInt32Array]:
	var found: Array[PackedInt32Array] = []
	match description["type"]:
		"box":
			var count := 1
			for length: int in description["shape"]:
				count *= length
			var is_float: bool = description["dtype"] == "float32"
			found.append(
				PackedInt32Array([ZooSpace.Section.F32 if is_float else ZooSpace.Section.U8, count])
			)
		"discrete":
			found.append(PackedInt32Array([ZooSpace.Section.I64, 1]))
		"multi_discrete":
			var entries: Array = description["nvec"]
			found.append(PackedInt32Array([ZooSpace.Section.I64, entries.size()]))
		"multi_binary":
			found.append(PackedInt32Array([ZooSpace.Section.U8, int(description["n"])]))
		"dict":
			for member: Array in description["spaces"]:
				found.append_array(leaves(member[1]))
	return found


## One block per leaf of [param space]: slot by slot, arena by arena.
func _place(
	space: Dictionary,
	members: PackedInt32Array,
	arenas: int,
	counts: PackedInt32Array,
	what: String
) -> void:
	for leaf in leaves(space):
		var section := leaf[0]
		for arena in arenas:
			for member in members:
				var offsets: PackedInt32Array = slot(member, arena).get(what)
				offsets.append(counts[section])
				slot(member, arena).set(what, offsets)
				counts[section] += leaf[1]


func _place_columns(
	agents: Array, groups: Dictionary[String, PackedInt32Array], arenas: int
) -> void:
	var place := func(section: int, member: int, arena: int, column: String, width: int) -> void:
		slot(member, arena).set(column, report_counts[section])
		report_counts[section] += width
	for group in groups:
		for arena in arenas:
			for member in groups[group]:
				place.call(ZooSpace.Section.F32, member, arena, "reward", 1)
				place.call(ZooSpace.Section.U8, member, arena, "flags", 1)
	for group in groups:
		for arena in arenas:
			for member in groups[group]:
				var columns: Array = agents[member]["info"]
				place.call(ZooSpace.Section.F32, member, arena, "info", columns.size())
	state_offset = report_counts[ZooSpace.Section.F32]
	report_counts[ZooSpace.Section.F32] += state_size * arenas


func _bytes(counts: PackedInt32Array) -> int:
	var total := HEADER_SIZE
	for section in counts.size():
		total += counts[section] * ELEMENT_SIZES[section]
	return total
