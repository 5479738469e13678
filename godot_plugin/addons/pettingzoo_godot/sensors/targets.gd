extends RefCounted
## Who may be the target of a sensor, in 2D and in 3D.


## The members of [param group] in the arena of [param sensor]'s agent, in tree order, without
## the agent's own body.
static func members(sensor: ZooSensor, group: StringName) -> Array[Node]:
	var found: Array[Node] = []
	var environment := sensor.agent.environment
	var arena := environment.arena_root() if environment != null else null
	for node in sensor.get_tree().get_nodes_in_group(group):
		# All arenas of an engine live in one tree, so their groups are one group.
		var is_here := arena == null or node == arena or arena.is_ancestor_of(node)
		if is_here and not node.is_ancestor_of(sensor) and not node.is_queued_for_deletion():
			found.append(node)
	return found


## Whether [param hit] is [param target], or a body that belongs to it, or that it belongs to.
static func is_part(hit: Node, target: Node) -> bool:
	if hit == null:
		return false
	return hit == target or target.is_ancestor_of(hit) or hit.is_ancestor_of(target)
