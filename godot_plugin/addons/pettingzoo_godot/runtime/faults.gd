extends RefCounted
## Mistakes of a scene on their way to Python: the first one counts, the next report becomes a
## fault packet instead (docs/PROTOCOL.md 2.3).

## The node whose overridden method is running, to place a script error.
static var subject: Node
static var _pending: Dictionary = {}


## Notes a mistake of [param node]'s, which may be null, and shows it in the console.
static func report(message: String, node: Node) -> void:
	if _pending.is_empty():
		note(message, node)
		push_error("pettingzoo_godot: %s %s" % [_pending["node"], message])


## Notes a mistake that is in the console already.
static func note(message: String, node: Node) -> void:
	if not _pending.is_empty():
		return
	var agent := node as ZooAgent
	_pending = {
		"kind": "scene",
		"message": message,
		"node": str(node.get_path()) if node != null and node.is_inside_tree() else "",
		"agent": agent.resolved_id() if agent != null else "",
	}


## The mistake noted since the last call, or an empty dictionary.
static func take() -> Dictionary:
	var taken := _pending
	_pending = {}
	return taken


## Whether a mistake waits to be taken.
static func any() -> bool:
	return not _pending.is_empty()
