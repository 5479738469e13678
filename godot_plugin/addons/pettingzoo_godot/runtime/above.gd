extends RefCounted
## What is above a node that works for an agent: the agent, and the agent's body.


## The agent that [param node] is below; null if there is none. Its script need not run.
static func agent_of(node: Node) -> Node:
	var ancestor := node.get_parent()
	while ancestor != null and not ancestor is ZooAgent:
		ancestor = ancestor.get_parent()
	return ancestor


## The nearest [Node2D] or [Node3D] above the agent that [param node] is below; null if there is
## none.
static func body_of(node: Node) -> Node:
	var ancestor := agent_of(node)
	while ancestor != null and not (ancestor is Node2D or ancestor is Node3D):
		ancestor = ancestor.get_parent()
	return ancestor


## The nearest [Node2D] above [param agent], which may be null; null if there is none.
static func body_2d_of(agent: Node) -> Node2D:
	var ancestor := agent
	while ancestor != null and not ancestor is Node2D:
		ancestor = ancestor.get_parent()
	return ancestor as Node2D


## The nearest [Node3D] above [param agent], which may be null; null if there is none.
static func body_3d_of(agent: Node) -> Node3D:
	var ancestor := agent
	while ancestor != null and not ancestor is Node3D:
		ancestor = ancestor.get_parent()
	return ancestor as Node3D
