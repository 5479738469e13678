@icon("icons/zoo_agent.svg")
class_name ZooAgent
extends Node
## One named agent: what it observes, what it does, what it earns.
##
## Place it below the body that it drives, extend this script and override [method _act] and
## [method _observe]. Of the nodes below this one, sensors ([ZooSensor]) add to the observation,
## actuators ([ZooActuator]) do what the action says, rewards ([ZooReward]) score. The order in
## which things happen is told in [ZooEnvironment].

## Who decides on this agent's actions.
enum ControlMode {
	REMOTE,  ## Python; with no trainer a person if there is an [member input_map], else as INFERENCE.
	HUMAN,  ## A person at the keyboard, also during training: Python does not see this agent.
	HEURISTIC,  ## [method _heuristic], also during training: Python does not see this agent.
	INFERENCE,  ## [member policy], else the heuristic, also during training: Python does not see it.
}

const _Actuation := preload("actuators/actuation.gd")
const _Faults := preload("runtime/faults.gd")
const _Inference := preload("runtime/inference.gd")

const _DEFAULT_NAME := "ZooAgent"

## Name in Python; empty: made from the node's name (or its parent's, if this node is just called
## ZooAgent) in PettingZoo's form: Seeker is seeker_0, Runner3 is runner_3.
@export var agent_id: String = ""
## Agents of one group share a policy: equal spaces, one batch. Empty: the ID without its number.
@export var policy_group: String = ""
## Who decides on this agent's actions.
@export var control_mode: ControlMode = ControlMode.REMOTE
## What [method _act] receives. Empty: made of the elements of the actuators below this node.
@export var action_space: ZooSpace
## What [method _observe] returns. Empty: a vector of unbounded floats, its length found by asking.
@export var observation_space: ZooSpace
## Names for the second argument of [method add_reward]; each arrives in Python's infos as
## [code]reward/NAME[/code], the sum over the step.
@export var reward_components: PackedStringArray = PackedStringArray()
## Names for [method set_info]; each arrives in Python's infos as a float.
@export var info_names: PackedStringArray = PackedStringArray()
## How a person plays this agent.
@export var input_map: ZooInputMap
## A trained policy that plays this agent without Python.
@export var policy: ZooPolicy

## The environment that this agent belongs to; set before [method _reset].
var environment: ZooEnvironment
## Reward since the last report [reward units of the scene].
var reward: float = 0.0
## True once [method terminate] was called in this episode.
var terminated: bool = false
## True once [method truncate] was called in this episode.
var truncated: bool = false
## False from the step after the agent's last one on: its actions are ignored, it earns nothing.
var alive: bool = true
## What [method _act] received last; the space's neutral value at the start of an episode.
var last_action: Variant
## Whether Python left this agent to a person, for this episode (its [code]human_agents[/code]).
var is_played: bool = false
## Information columns in the order of [method info_columns].
var info: PackedFloat32Array = []
var _columns: Dictionary[String, int] = {}
var _reward_columns: int = 0  # the first of them
var _actuation: _Actuation = null  # none without actuators
var _rewards: Array[ZooReward] = []
var _inference: _Inference = null  # of this episode; made when it is asked first


## Called at the start of each episode, after [method ZooEnvironment._reset]. Place the body here;
## draw random numbers from [code]environment.rng[/code] only.
func _reset() -> void:
	pass


## Called with each step's action: on every tick of it, or on the first
## ([member ZooEnvironment.act_mode]). [param action] is a value of [member action_space]: a
## [PackedFloat32Array] for [ZooBox], an [int] for [ZooDiscrete], and so on. Not overridden, it is
## left to the actuators; [code]super(action)[/code] gives them an action of theirs: floats, one for
## each element, or choices.
func _act(action: Variant) -> void:
	if _actuation != null:
		_actuation.apply(action)


## Called once per step, after physics. Return a value of [member observation_space]; without one,
## a [PackedFloat32Array] of always the same length, or a [Dictionary] of them. Not needed when
## sensors see enough.
func _observe() -> Variant:
	return null


## Which choices of a [ZooDiscrete] action are allowed now: one 1 or 0 per choice. Override to make
## Python see an [code]action_mask[/code].
func _action_mask() -> PackedByteArray:
	return PackedByteArray()


## Decides when nobody else does. Return a value of [member action_space].
func _heuristic() -> Variant:
	return action_space.neutral() if action_space != null else null


## Adds to this step's reward; with [param component], one of [member reward_components], also to
## that part of the account.
func add_reward(amount: float, component: String = "") -> void:
	if not alive:
		return
	reward += amount
	if component != "":
		var column: int = _columns.get("reward/" + component, -1)
		if column < 0:
			_fail("add_reward: %s is not in reward_components: add it there." % component)
			return
		info[column] += amount


## Attaches a named number to this agent's infos in Python; it stays until it is set again or the
## episode ends. [param column] is one of [member info_names].
func set_info(column: String, value: float) -> void:
	var index: int = _columns.get(column, -1)
	if index < 0 or column.begins_with("reward/"):
		_fail("set_info: %s is not in info_names: add it there." % column)
		return
	info[index] = value


## Ends the episode for this agent by the rules of the game.
func terminate() -> void:
	terminated = terminated or alive


## Ends the episode for this agent by a limit that is none of the game's rules.
func truncate() -> void:
	truncated = truncated or alive


## The name in Python: [member agent_id], or made from the node's name.
func resolved_id() -> String:
	return id_of(self)


## The name in Python of [param agent], whose script need not run: in the editor it does not.
static func id_of(agent: Node) -> String:
	var explicit: String = agent.get(&"agent_id")
	if explicit != "":
		return explicit
	var source := str(agent.name)
	if source.begins_with(_DEFAULT_NAME) and agent.get_parent() != null:
		source = str(agent.get_parent().name)
	var letters := source.rstrip("0123456789")
	var number := source.substr(letters.length())
	# agent_indicator of SuperSuit and others want exactly [a-z]+_[0-9]+.
	var base := ""
	for letter in letters.to_lower():
		if letter >= "a" and letter <= "z":
			base += letter
	return "%s_%d" % [base if base != "" else "agent", int(number)]


## The policy group: [member policy_group], or the ID without its number.
func resolved_group() -> String:
	return policy_group if policy_group != "" else resolved_id().rstrip("0123456789").rstrip("_")


## Names of the information columns in Python's infos: rewards by component, then the others.
func info_columns() -> PackedStringArray:
	var columns := PackedStringArray()
	for component in reward_components:
		columns.append("reward/" + component)
	for node in rewards():
		var column := "reward/" + node.component
		if node.component != "" and not columns.has(column):
			columns.append(column)
	columns.append_array(info_names)
	return columns


## The sensors below this node that are on, depth first in tree order.
func sensors() -> Array[ZooSensor]:
	var found: Array[ZooSensor] = []
	for node in find_children("*", "", true, false):
		var sensor := node as ZooSensor
		if sensor != null and sensor.enabled:
			found.append(sensor)
	return found


## The actuators below this node that are on, depth first in tree order.
func actuators() -> Array[ZooActuator]:
	var found: Array[ZooActuator] = []
	for node in find_children("*", "", true, false):
		var actuator := node as ZooActuator
		if actuator != null and actuator.enabled:
			found.append(actuator)
	return found


## The rewards below this node that are on, depth first in tree order.
func rewards() -> Array[ZooReward]:
	var found: Array[ZooReward] = []
	for node in find_children("*", "", true, false):
		var node_reward := node as ZooReward
		if node_reward != null and node_reward.enabled:
			found.append(node_reward)
	return found


## Makes this agent ready for an episode of [param owner]. For the addon, not for scenes.
func begin_episode(owner_environment: ZooEnvironment) -> void:
	environment = owner_environment
	terminated = false
	truncated = false
	alive = true
	is_played = false
	reward = 0.0
	_inference = null
	_take_parts()
	last_action = action_space.neutral() if action_space != null else null
	var columns := info_columns()
	_columns.clear()
	for i in columns.size():
		_columns[columns[i]] = i
	_reward_columns = columns.size() - info_names.size()
	info.resize(columns.size())
	info.fill(0.0)


## Starts the episode for actuators and rewards, when everything is in its place. For the addon, not
## for scenes.
func start_parts() -> void:
	if _actuation != null:
		_actuation.reset()
	for node in _rewards:
		node._reset()


## Whether there is something to do in [method score]. For the addon, not for scenes.
func has_rewards() -> bool:
	return not _rewards.is_empty()


## Lets the rewards score a step. For the addon, not for scenes.
func score() -> void:
	for node in _rewards:
		node._after_step()


## Closes a step's account after it was reported. For the addon, not for scenes.
func end_step() -> void:
	reward = 0.0
	for i in _reward_columns:
		info[i] = 0.0
	if alive and (terminated or truncated):
		alive = false
		if _actuation != null:
			_actuation.reset()


## The action of an agent that Python does not decide for.
func local_action() -> Variant:
	if input_map != null and control_mode in [ControlMode.REMOTE, ControlMode.HUMAN]:
		return input_map.read(action_space)
	if policy != null and control_mode in [ControlMode.REMOTE, ControlMode.INFERENCE]:
		return _infer()
	return _heuristic()


## Makes [member policy] ready for this episode. Returns what is wrong with it for this agent;
## empty: nothing. For the addon, not for scenes.
func begin_inference() -> String:
	_inference = _Inference.new(self, hash([environment.rng.seed, resolved_id()]))
	return _inference.misfit


## What [member policy] decides; the heuristic, and a fault, if it does not fit this agent.
func _infer() -> Variant:
	if _inference == null:
		if _Faults.any():  # of somebody else: whatever it hides is not the policy's
			return _heuristic()
		var misfit := begin_inference()
		if misfit != "":
			_fail("policy: %s" % misfit)
	return _inference.decide() if _inference.misfit == "" else _heuristic()


## Finds actuators and rewards; without an action space, makes one.
func _take_parts() -> void:
	_rewards = rewards()
	for node in _rewards:
		node.agent = self
	var parts := actuators()
	_actuation = _Actuation.new(self, parts) if not parts.is_empty() else null
	if _actuation != null and action_space == null:
		action_space = _Actuation.space_of(parts)
		if action_space == null:
			_fail(_Actuation.MIXED)


func _fail(message: String) -> void:
	_Faults.report(message, self)
