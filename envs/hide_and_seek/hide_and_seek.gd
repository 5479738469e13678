extends ZooEnvironment
## Hiders build, seekers look for them: the hide-and-seek of arXiv 1909.07528, for one laptop.
##
## This script has the rules. Of its parameters, those that shape agents and spaces are known before
## [method _ready], the others in [method _reset]: each episode has walls of its own.

const Arena := preload("arena.gd")
const Layout := preload("layout.gd")
const Placement := preload("placement.gd")
const Player := preload("player.gd")
const PlayerAgent := preload("player_agent.gd")
const State := preload("state.gd")
const Statistics := preload("statistics.gd")
const Thing := preload("thing.gd")

## What a side pays, and the other side earns, for a step that ends with one of it outside: the
## paper's penalty.
const OUTSIDE := 10.0

const _BOX := preload("box.tscn")
const _LONG_BOX := preload("long_box.tscn")
const _PLAYER := preload("player.tscn")
const _RAMP := preload("ramp.tscn")

## The walls of this episode.
var layout: Layout
## All players, the hiders first.
var players: Array[Player] = []
## The players' agents: each side's.
var hiders: Array[PlayerAgent] = []
var seekers: Array[PlayerAgent] = []
## Boxes and ramps.
var boxes: Array[Thing] = []
var ramps: Array[Thing] = []
## Whether a seeker sees a hider, as of the last step.
var is_any_seen: bool = false
## What this episode was like so far.
var statistics: Statistics
## Whether this is a game: no trainer decides on the steps.
var is_played: bool = false
var _preparation_steps: int = 0
var _state_writer: State

@onready var _arena: Arena = $Arena


func _ready() -> void:
	_add_things(boxes, "Box", _BOX, options["n_boxes"])
	_add_things(ramps, "Ramp", _RAMP, options["n_ramps"])
	_add_players(hiders, Player.HIDERS, options["n_hiders"])
	_add_players(seekers, Player.SEEKERS, options["n_seekers"])
	super()


func _reset(values: Dictionary) -> void:
	is_played = not has_trainer()
	_preparation_steps = roundi(values["prep_fraction"] * _horizon())
	layout = Layout.draw(values["layout"], rng, values["door_dropout"])
	_arena.build(layout)
	_draw_starts()
	statistics = Statistics.new(self)
	_state_writer = State.new(self)
	_open_eyes()


func _after_step() -> void:
	_open_eyes()
	is_any_seen = false
	if is_seeking():
		_look()
		_reward(-1.0 if is_any_seen else 1.0, "hidden")
		_reward(_penalty(seekers) - _penalty(hiders), "outside")
	statistics.update()


func _state() -> PackedFloat32Array:
	return _state_writer.write()


## Whether seekers may neither see nor move.
func is_preparing() -> bool:
	return step_count < _preparation_steps


## Whether the step that was ended last counts: it came after the preparation.
func is_seeking() -> bool:
	return step_count > _preparation_steps


## Part of the preparation that is left, 1 to 0.
func preparation_left() -> float:
	return maxf(0.0, 1.0 - step_count / maxf(1.0, _preparation_steps))


## Steps of the preparation that are left.
func preparation_steps_left() -> int:
	return maxi(0, _preparation_steps - step_count)


## Part of the episode that is preparation.
func preparation_part() -> float:
	return float(_preparation_steps) / _horizon()


## Seconds of a step.
func step_seconds() -> float:
	return float(ticks_per_step) / Engine.physics_ticks_per_second


## The agent that a person plays; empty: nobody does.
func person() -> String:
	for agent in hiders + seekers:
		if agent.is_played_by_person():
			return agent.resolved_id()
	return ""


## Part of the episode that is left, 1 to 0.
func time_left() -> float:
	return maxf(0.0, 1.0 - float(step_count) / _horizon())


## Name of the heuristic of [param side] in this episode.
func heuristic_of(side: StringName) -> String:
	return options[side + "_heuristic"]


## Boxes and ramps.
func things() -> Array[Thing]:
	return boxes + ramps


func _horizon() -> int:
	return step_limit if step_limit > 0 else max_steps


## Adds [param count] things; of two or more boxes, the first is long.
func _add_things(into: Array[Thing], called: String, scene: PackedScene, count: int) -> void:
	for i in count:
		var is_long := scene == _BOX and count >= 2 and i == 0
		var thing: Thing = (_LONG_BOX if is_long else scene).instantiate()
		thing.name = called + str(i)
		into.append(thing)
		add_child(thing)


func _add_players(into: Array[PlayerAgent], side: StringName, count: int) -> void:
	for i in count:
		var player: Player = _PLAYER.instantiate()
		player.name = side.capitalize() + str(i)
		player.side = side
		player.number = i
		players.append(player)
		var agent: PlayerAgent = player.get_node("ZooAgent")
		agent.prepare(self)
		into.append(agent)
		add_child(player)


## Boxes start in the quadrant's room, seekers outside of it; everything else anywhere.
func _draw_starts() -> void:
	var placement := Placement.new(layout, rng)
	var anywhere := Rect2(-Layout.HALF, -Layout.HALF, 2.0 * Layout.HALF, 2.0 * Layout.HALF)
	var room := layout.rooms[0] if layout.has_inner_room else anywhere
	var radii := PackedFloat32Array()
	for box in boxes:
		radii.append(box.reach())
	var places := placement.draw_together(radii, room)
	for i in boxes.size():
		boxes[i].place(places[i], rng.randf_range(-PI, PI))
	for ramp in ramps:
		ramp.place(placement.draw(ramp.reach(), anywhere), rng.randf_range(-PI, PI))
	for player in players:
		var area := anywhere
		if layout.has_inner_room and not player.is_hider:
			area = layout.rooms[rng.randi_range(1, layout.rooms.size() - 1)]
		player.place(placement.draw(Player.RADIUS, area), rng.randf_range(-PI, PI))


func _open_eyes() -> void:
	for seeker in seekers:
		seeker.is_blind = is_preparing()


## Finds out who is seen: each line of sight is one ray, which the observations share.
func _look() -> void:
	for hider in hiders:
		hider.player.is_seen = false
	for seeker in seekers:
		for hider in hiders:
			if seeker.vision.sees(hider.player):
				hider.player.is_seen = true
				is_any_seen = true


## Gives [param gain] to each hider and takes it from each seeker.
func _reward(gain: float, component: String) -> void:
	for hider in hiders:
		hider.add_reward(gain, component)
	for seeker in seekers:
		seeker.add_reward(-gain, component)


func _penalty(side: Array[PlayerAgent]) -> float:
	for agent in side:
		if not Layout.is_inside(agent.player.spot()):
			return OUTSIDE
	return 0.0
