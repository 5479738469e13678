extends RefCounted
## Who may be the target of a sensor, in 2D and in 3D.

const GroupMembers := preload("../runtime/group_members.gd")


## The members of [param group] in the arena of [param sensor]'s agent, in tree order, without
## the agent's own body.
static func members(sensor: ZooSensor, group: StringName) -> Array[Node]:
	return GroupMembers.search(group, sensor.agent, sensor)


## Whether [param hit] is [param target], or a body that belongs to it, or that it belongs to.
static func is_part(hit: Node, target: Node) -> bool:
	if hit == null:
		return false
	return hit == target or target.is_ancestor_of(hit) or hit.is_ancestor_of(target)
