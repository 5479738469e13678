@icon("../icons/zoo_reward.svg")
class_name ZooReward
extends Node
## Gives an agent a reward for something that happens, and may end its episode.
##
## Place it below a [ZooAgent]. Rewards are scored once per step, right after
## [method ZooEnvironment._after_step], in tree order. To write one, extend this class and override
## [method _after_step].

const Above := preload("../runtime/above.gd")

## Name of this part of the reward; in Python's infos it is [code]reward/NAME[/code]. It need not be
## in [member ZooAgent.reward_components]; several rewards may share one. Empty: no part of its own.
@export var component: String = ""
## What is earned each time.
@export var amount: float = 1.0
## Whether the agent's episode ends then, by the rules of the game.
@export var terminates: bool = false
## A reward that is off does nothing, and has no column in the infos.
@export var enabled: bool = true

## The agent that earns this; set before [method _reset].
var agent: ZooAgent


## Called once per step of a living agent: call [method earn] when it is due.
func _after_step() -> void:
	pass


## Called at the start of each episode, after every other [code]_reset[/code] of it.
func _reset() -> void:
	pass


## Gives the agent [member amount], and ends its episode if this [member terminates].
func earn() -> void:
	agent.add_reward(amount, component)
	if terminates:
		agent.terminate()


## The agent's body: the nearest [Node2D] or [Node3D] above the agent; null, with a fault, if there
## is none.
func find_body() -> Node:
	var body := Above.body_of(self)
	if body == null:
		_fail("no body to look at: place the ZooAgent below a Node2D or a Node3D.")
	return body


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := PackedStringArray()
	if Above.agent_of(self) == null:
		warnings.append("A reward is given to an agent: place it below a ZooAgent.")
	elif Above.body_of(self) == null:
		warnings.append("A reward looks at a body: place the ZooAgent below a Node2D or a Node3D.")
	return warnings


func _fail(message: String) -> void:
	preload("../runtime/faults.gd").report("reward %s: %s" % [name, message], agent)
