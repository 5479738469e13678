extends RefCounted
## The members of a group in one arena, in tree order.
##
## All arenas of an engine live in one tree, so their groups are one group: to ask each member of
## it for its arena, in every step, would cost more the more arenas there are. So they are
## remembered until the group has another size, or one of them is gone.

## Changes when the members do.
var version: int = 0
var _group: StringName
var _seeker: Node
var _body: Node
var _members: Array[Node] = []
var _size: int = -1  # of the whole group, when it was searched


## Members of [param group] in the arena of [param agent], without [param body], its own. The
## agent's episode must have begun.
func _init(group: StringName, agent: ZooAgent, body: Node) -> void:
	_group = group
	_seeker = agent
	_body = body


## The members now.
func list() -> Array[Node]:
	if _group == &"":
		return _members
	var size := _seeker.get_tree().get_node_count_in_group(_group)
	if size != _size or not _all_here():
		_size = size
		_search()
	return _members


func _all_here() -> bool:
	for member in _members:
		if not is_instance_valid(member) or member.is_queued_for_deletion():
			return false
	return true


func _search() -> void:
	version += 1
	_members.clear()
	var environment := (_seeker as ZooAgent).environment
	var arena := environment.arena_root() if environment != null else null
	for node in _seeker.get_tree().get_nodes_in_group(_group):
		var is_here := arena == null or node == arena or arena.is_ancestor_of(node)
		if is_here and node != _body and not node.is_queued_for_deletion():
			_members.append(node)
