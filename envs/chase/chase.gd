extends ZooEnvironment
## A seeker chases a hider that is a little faster, around a wall, for sixty steps.
##
## Rule 1: nothing here has a memory between episodes but the score on the screen, and there are no
## physics bodies: resetting in place repeats every bit, at a thirtieth of a new instance's time.
## Numbers are those of godot-ai's find-coin game, as measured from its public description, unless
## said otherwise.

const Agent := preload("chase_agent.gd")
const Chaser := preload("chaser.gd")
const Walls := preload("chase_walls.gd")

const _START_DISTANCE := 250.0  # px, between the centres
const _START_CLEARANCE := 60.0  # px, of a centre from the inner wall: radius 20 and margin 40

## Physics ticks for which people see how a round ended and how the next begins (our choice).
@export_range(1, 600, 1, "suffix:ticks") var play_pause_ticks: int = 90

## The walls of this episode.
var walls: Walls = Walls.new()
## Whether this is a game: no trainer decides on the steps.
var is_played: bool = false
## Rounds that the seeker won since the scene started.
var catches: int = 0
## Rounds that the hider won since the scene started.
var escapes: int = 0
var _catch_distance: float

@onready var seeker: Chaser = $Seeker
@onready var hider: Chaser = $Hider
@onready var _seeker_agent: Agent = $Seeker/ZooAgent
@onready var _hider_agent: Agent = $Hider/ZooAgent
@onready var _trained_settle_ticks: int = settle_ticks


func _init() -> void:
	episode_ended.connect(_on_episode_ended)


func _reset(values: Dictionary) -> void:
	_catch_distance = values["catch_distance"]
	_hider_agent.speed_factor = values["hider_speed"]
	_pair(seeker, hider)
	_pair(hider, seeker)
	walls.has_inner = false
	if values["inner_wall"]:
		walls.draw_inner(rng, values["wall_min_length"])
	_draw_starts()
	_set_pace()


func _after_step() -> void:
	var caught := is_caught()
	var gain := 1.0 if caught else -1.0
	_seeker_agent.add_reward(gain)
	_hider_agent.add_reward(-gain)
	var distance := seeker.distance()
	_seeker_agent.set_info("distance", distance)
	_hider_agent.set_info("distance", distance)
	if caught:
		terminate()


## Whether the seeker has the hider.
func is_caught() -> bool:
	return seeker.distance() < _catch_distance


func _pair(body: Chaser, opponent: Chaser) -> void:
	body.walls = walls
	body.opponent = opponent


func _draw_starts() -> void:
	var from := Vector2.ZERO
	var to := Vector2.ZERO
	while (
		from.distance_to(to) < _START_DISTANCE
		or walls.distance_to_inner(from) < _START_CLEARANCE
		or walls.distance_to_inner(to) < _START_CLEARANCE
	):
		from = Walls.random_point(rng)
		to = Walls.random_point(rng)
	seeker.place(from, rng.randf_range(-PI, PI))
	hider.place(to, rng.randf_range(-PI, PI))


## People see how a round ended; a trainer need not.
func _set_pace() -> void:
	is_played = not has_trainer()
	settle_ticks = play_pause_ticks if is_played else _trained_settle_ticks


func _on_episode_ended() -> void:
	catches += int(is_caught())
	escapes += int(not is_caught())
