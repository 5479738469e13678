extends RefCounted
## The body that a part of an agent belongs to.


## The nearest [Node2D] above [param node]; null if there is none.
static func above_2d(node: Node) -> Node2D:
	var ancestor := node.get_parent() if node != null else null
	while ancestor != null and not ancestor is Node2D:
		ancestor = ancestor.get_parent()
	return ancestor as Node2D


## The nearest [Node3D] above [param node]; null if there is none.
static func above_3d(node: Node) -> Node3D:
	var ancestor := node.get_parent() if node != null else null
	while ancestor != null and not ancestor is Node3D:
		ancestor = ancestor.get_parent()
	return ancestor as Node3D
