extends RefCounted
## The members of a group in one arena, in tree order.
##
## All arenas of an engine live in one tree, so their groups are one group: to ask each member of
## it for its arena, in every step, would cost more the more arenas there are. So they are
## remembered until the group changes, which is looked at once per tick for all arenas together.


## A group with its members in all arenas.
class Whole:
	extends RefCounted
	var _nodes: Array[Node] = []
	var _frame: int = -1  # physics frame of the last look
	var _version: int = 0

	## A number that is another one when other nodes are in [param group], or in another order.
	func version(tree: SceneTree, group: StringName) -> int:
		var frame := Engine.get_physics_frames()
		if frame != _frame or tree.get_node_count_in_group(group) != _nodes.size():
			_frame = frame
			var nodes := tree.get_nodes_in_group(group)
			if nodes != _nodes:
				_nodes = nodes
				_version += 1
		return _version


static var _wholes: Dictionary[StringName, Whole] = {}

## Changes when the members do.
var version: int = 0
var _group: StringName
var _whole: Whole
var _seen: int = -1  # version of the whole group, when it was searched
var _agent: ZooAgent
var _members: Array[Node] = []


## Members of [param group] in the arena of [param agent], without what it is part of, such as its
## body. The agent's episode must have begun.
func _init(group: StringName, agent: ZooAgent) -> void:
	_group = group
	_agent = agent
	_whole = _wholes.get_or_add(group, Whole.new())


## Searches the members of [param group] in the arena of [param agent], without what
## [param seeker] is part of.
static func search(group: StringName, agent: ZooAgent, seeker: Node) -> Array[Node]:
	var found: Array[Node] = []
	var arena := agent.environment.arena_root() if agent.environment != null else null
	for node in seeker.get_tree().get_nodes_in_group(group):
		var is_here := arena == null or node == arena or arena.is_ancestor_of(node)
		if is_here and not node.is_ancestor_of(seeker) and not node.is_queued_for_deletion():
			found.append(node)
	return found


## The members now.
func list() -> Array[Node]:
	if _group == &"":
		return _members
	var now := _whole.version(_agent.get_tree(), _group)
	if now != _seen or not _all_here():
		_seen = now
		version += 1
		_members = search(_group, _agent, _agent)
	return _members


func _all_here() -> bool:
	for member in _members:
		if not is_instance_valid(member) or member.is_queued_for_deletion():
			return false
		if not member.is_in_group(_group):
			return false
	return true
