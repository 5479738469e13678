@tool
extends RefCounted
## What is wrong with an agent, an environment or arenas while they are edited.
##
## In the editor their scripts do not run: properties can be read by name, methods not called.

const Actuation := preload("../actuators/actuation.gd")


## The mistakes of [param node], one sentence each; none of any other node.
static func of(node: Node) -> PackedStringArray:
	if node is ZooAgent:
		return _of_agent(node)
	if node is ZooEnvironment:
		return _of_environment(node)
	if node is ZooArenas:
		return _of_arenas(node)
	return []


static func _of_agent(agent: Node) -> PackedStringArray:
	var found := PackedStringArray()
	var action_space: ZooSpace = agent.get(&"action_space")
	var actuators := _actuators(agent)
	if action_space == null and actuators.all(_is_tool):
		action_space = Actuation.space_of(actuators) if not actuators.is_empty() else null
	var input_map: ZooInputMap = agent.get(&"input_map")
	if action_space == null and actuators.is_empty():
		found.append("Set an action space: what _act receives. Or add actuators.")
	elif action_space == null:
		if actuators.all(_is_tool):
			found.append("Actuators: %s" % Actuation.MIXED)
	elif input_map != null and input_map.misfit(action_space) != "":
		found.append(input_map.misfit(action_space))
	if agent.get(&"control_mode") == ZooAgent.ControlMode.HUMAN and input_map == null:
		found.append("Control mode HUMAN needs an input map.")
	if (
		agent.get(&"control_mode") == ZooAgent.ControlMode.INFERENCE
		and agent.get(&"policy") == null
	):
		found.append("Control mode INFERENCE needs a policy.")
	var id: String = agent.get(&"agent_id")
	if id != "" and RegEx.create_from_string("^[a-z]+_[0-9]+$").search(id) == null:
		found.append("PettingZoo's tools expect IDs such as runner_0, not %s." % id)
	return found


static func _actuators(agent: Node) -> Array[ZooActuator]:
	var found: Array[ZooActuator] = []
	for node in agent.find_children("*", "", true, false):
		if node is ZooActuator and node.get(&"enabled"):
			found.append(node)
	return found


## Whether the methods of [param node] can be called: in the editor, those of other scripts cannot.
static func _is_tool(node: Node) -> bool:
	return not Engine.is_editor_hint() or (node.get_script() as Script).is_tool()


static func _of_environment(environment: Node) -> PackedStringArray:
	var found := PackedStringArray()
	var root := environment.owner if environment.owner != null else environment
	var ids: Dictionary[String, bool] = {}
	for node in root.find_children("*", "", true, false):
		if node is ZooAgent:
			var id := ZooAgent.id_of(node)
			if ids.has(id):
				found.append("Two agents are called %s: rename a node or set agent_id." % id)
			ids[id] = true
	if ids.is_empty():
		found.append("No ZooAgent in this scene: add one below each body that acts.")
	if (
		environment.get(&"play_ticks_per_step") > 0
		and environment.get(&"act_mode") == ZooEnvironment.ActMode.EVERY_TICK
	):
		found.append("play_ticks_per_step changes the game unless act_mode is FIRST_TICK.")
	var names: Dictionary[String, bool] = {}
	for parameter: ZooParameter in environment.get(&"parameters"):
		if parameter == null or parameter.name == "" or names.has(parameter.name):
			found.append("Every parameter needs a name of its own.")
		else:
			names[parameter.name] = true
	return found


static func _of_arenas(arenas: Node) -> PackedStringArray:
	var scene: PackedScene = arenas.get(&"scene")
	if scene == null:
		return ["Set a scene to copy, with a ZooEnvironment in it."]
	var copy := scene.instantiate()
	var nodes := copy.find_children("*", "", true, false)
	nodes.append(copy)
	var has_environment := nodes.any(_is_environment)
	copy.free()
	return [] if has_environment else ["No ZooEnvironment in the scene to copy: add one there."]


static func _is_environment(node: Node) -> bool:
	return node is ZooEnvironment
