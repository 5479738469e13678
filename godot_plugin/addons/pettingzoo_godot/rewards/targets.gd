extends RefCounted
## Whom a reward's body should meet: one node, or the members of a group in the same arena.

const GroupMembers := preload("../runtime/group_members.gd")

var _body: Node
var _has_path: bool
var _alone: Array[Node] = []  # of a path
var _members: GroupMembers


## For [param reward], whose body is [param body]: the node at [param path] or, if that is empty,
## the members of [param group].
func _init(reward: ZooReward, body: Node, path: NodePath, group: StringName) -> void:
	_body = body
	_has_path = not path.is_empty()
	if _has_path and reward.has_node(path):
		_alone.append(reward.get_node(path))
	if not _has_path and group == &"":
		reward._fail("no target: set a target path or a target group.")
	_members = GroupMembers.new(group, reward.agent)


## Those that are there now, in tree order.
func list() -> Array[Node]:
	if not _has_path:
		return _members.list()
	if not _alone.is_empty():
		if not is_instance_valid(_alone[0]) or _alone[0].is_queued_for_deletion():
			_alone.clear()
		elif not _alone[0].is_inside_tree():
			return []
	return _alone


## Distance from the body to the nearest of them: in 2D [px], in 3D [m]. Infinite if there is none.
func distance() -> float:
	var least := INF
	for target in list():
		least = minf(least, _distance(target))
	return least


func _distance(target: Node) -> float:
	if _body is Node3D and target is Node3D:
		return (_body as Node3D).global_position.distance_to((target as Node3D).global_position)
	if _body is Node2D and target is Node2D:
		return (_body as Node2D).global_position.distance_to((target as Node2D).global_position)
	return INF


## What is wrong with [param path] and [param group] of a reward.
static func warnings(path: NodePath, group: StringName) -> PackedStringArray:
	return ["Set a target path or a target group."] if path.is_empty() and group == &"" else []
