@icon("icons/zoo_environment.svg")
class_name ZooEnvironment
extends Node
## Makes the scene that it is placed in an environment for the [ZooAgent]s in it.
##
## Run from Python, the scene advances by steps of [member ticks_per_step] physics ticks; run
## without Python, it is simply a game. One step, in this order, all before any other node's
## [code]_physics_process[/code] of that tick:
## [codeblock]
## step_started, then _act of every living agent in tree order   (first tick)
## ... the tick runs: _physics_process of the scene, then the physics server ...
## ... more ticks of the same step, with _act again if act_mode says so ...
## _after_step, then the rewards (ZooReward) of the agents in tree order, then step_ended
## _observe of every agent in tree order, its sensors first      (and _state)
## [/codeblock]
## So an observation sees the complete consequences of the action, rigid bodies and area signals
## included. Agents keep the order of the scene tree, depth first.

## After the scene is ready and every [method _reset] ran; settling ticks follow.
@warning_ignore("unused_signal")
signal episode_started
## Before the agents act.
@warning_ignore("unused_signal")
signal step_started
## After the last tick of a step and [method _after_step], before agents observe.
@warning_ignore("unused_signal")
signal step_ended
## After the step in which the last agent ended.
@warning_ignore("unused_signal")
signal episode_ended
## Before a picture is drawn for Python: the moment to show what is, where a picture otherwise
## glides there. It must change nothing that agents see.
@warning_ignore("unused_signal")
signal picture_due

## How an episode starts.
enum ResetMode {
	NEW_INSTANCE,  ## A new instance of the scene. Same seed, same bits, whatever was before.
	IN_PLACE,  ## [method _reset] puts everything back. Faster; not reproducible with rigid contacts.
}

## When [method ZooAgent._act] is called.
enum ActMode {
	EVERY_TICK,  ## On every tick of a step: for forces, impulses, velocities.
	FIRST_TICK,  ## Once per step: for jumps, shots, moves on a board.
}

const _Bridge := preload("runtime/bridge.gd")
const _EpisodeOptions := preload("runtime/episode_options.gd")

## Physics ticks per step.
@export_range(1, 1000, 1, "suffix:ticks") var ticks_per_step: int = 1
## Steps after which the living agents are truncated; 0: never. Python may set another limit.
@export_range(0, 1000000, 1, "suffix:steps") var max_steps: int = 0
## Physics ticks per step when people play or watch, for scenes that would be too fast for them;
## 0: as in training. Only for [constant FIRST_TICK]: other agents would act more often.
@export_range(0, 1000, 1, "suffix:ticks") var play_ticks_per_step: int = 0
## When agents act in a step of several ticks.
@export var act_mode: ActMode = ActMode.EVERY_TICK
## How an episode starts.
@export var reset_mode: ResetMode = ResetMode.NEW_INSTANCE
## Physics ticks between the start of an episode and its first observation: bodies need one to be
## where _reset put them.
@export_range(1, 600, 1, "suffix:ticks") var settle_ticks: int = 1
## What Python may set per episode.
@export var parameters: Array[ZooParameter] = []

## This arena's random numbers: seeded at the start of each episode, before [code]_ready[/code].
var rng: RandomNumberGenerator = RandomNumberGenerator.new()
## Every parameter's value in this episode; known before [code]_enter_tree[/code].
var options: Dictionary = {}
## Steps of this episode so far.
var step_count: int = 0
## Steps after which this episode's living agents are truncated, [member max_steps] or what Python
## has set instead; 0: never.
var step_limit: int = 0


func _notification(what: int) -> void:
	# The scene as the engine loaded it has no episode yet.
	if what == NOTIFICATION_ENTER_TREE and options.is_empty():
		options = _EpisodeOptions.complete(self)


func _ready() -> void:
	_Bridge.attach(self)


## Called at the start of each episode, before the agents' own [code]_reset[/code].
## [param _options] holds every one of [member parameters] by name.
func _reset(_options: Dictionary) -> void:
	pass


## Called once per step, after its last tick and before agents observe: the place to give rewards
## and to end the episode.
func _after_step() -> void:
	pass


## The state of the whole arena for Python's [code]state()[/code]: always the same number of
## floats. Not overridden: Python joins all observations.
func _state() -> PackedFloat32Array:
	return PackedFloat32Array()


## All agents of this environment's scene, depth first in tree order.
func agents() -> Array[ZooAgent]:
	var found: Array[ZooAgent] = []
	for node in arena_root().find_children("*", "", true, false):
		if node is ZooAgent:
			found.append(node)
	return found


## Ends the episode for every living agent by the rules of the game.
func terminate() -> void:
	for agent in agents():
		agent.terminate()


## Ends the episode for every living agent by a limit that is none of the game's rules.
func truncate() -> void:
	for agent in agents():
		agent.truncate()


## Whether a trainer decides on the steps; without one, the scene is a game. Known from
## [method _reset] on.
func has_trainer() -> bool:
	return _Bridge.of(self).with_trainer


## The root of the scene that this environment belongs to: what a new episode instantiates.
func arena_root() -> Node:
	return owner if owner != null else self
