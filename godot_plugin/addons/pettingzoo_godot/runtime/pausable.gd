extends RefCounted
## Nodes of a scene that a frozen arena would not stop, though its author meant nothing else.
##
## An arena is frozen by the process mode of its viewport, and a mode of a node's own hides that.
## PAUSABLE is what nodes inherit from the tree's root: where no node above sets another mode,
## INHERIT is the same, and hides nothing.

var _paths: Array[NodePath] = []  # of the first instance
var _searched: bool = false


## Lets these nodes of a new instance inherit; all instances are of the scene of the first one.
func inherit(root: Node) -> void:
	if not _searched:
		_searched = true
		_search(root, root)
	for path in _paths:
		var node := root.get_node_or_null(path)
		if node != null:  # a script may have made it in the first instance only
			node.process_mode = Node.PROCESS_MODE_INHERIT


func _search(node: Node, root: Node) -> void:
	match node.process_mode:
		Node.PROCESS_MODE_INHERIT:
			pass
		Node.PROCESS_MODE_PAUSABLE:
			_paths.append(root.get_path_to(node))
		_:
			return
	for child in node.get_children():
		_search(child, root)
