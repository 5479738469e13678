extends RefCounted
## How a player plays when nobody else decides: what all heuristics share. This one does nothing.
##
## A heuristic overrides [method _decide], which steers by [method _go] or [method _drive],
## [method _look_along] and the two switches.

const Layout := preload("../layout.gd")
const Paths := preload("paths.gd")
const Player := preload("../player.gd")
const PlayerAgent := preload("../player_agent.gd")
const Thing := preload("../thing.gd")

## Scripts by side and name; the parameters hider_heuristic and seeker_heuristic choose.
const SCRIPTS: Dictionary[StringName, Dictionary] = {
	&"hider":
	{
		"static": "bot.gd",
		"flee": "flee.gd",
		"barricade": "barricade.gd",
	},
	&"seeker":
	{
		"patrol": "patrol.gd",
		"chase": "chase.gd",
	},
}

const _REPLAN_STEPS := 8  # a way is searched anew at least so often: things move
const _CLOSE := 0.15  # m, at which a corner of a way counts as reached
const _SLOW := 0.5  # m, within which one slows down
const _TURN_GAIN := 2.0  # turn per radian that is missing
const _TURN_DAMPING := 0.25  # turn taken back per rad/s
const _STUCK_STEPS := 12
const _STUCK_DISTANCE := 0.2  # m, that one gets on within these steps, or is stuck

## Whom it decides for.
var agent: PlayerAgent
## Its body.
var player: Player
## The walls.
var layout: Layout
## Whether it grabs, and whether it locks.
var grabs: bool = false
var locks: bool = false
var _paths: Paths
var _way: PackedVector2Array = []
var _goal: Vector2 = Vector2.INF
var _age: int = 0  # of the way [steps]
var _move: Vector2  # velocity that is wanted, as a part of the highest
var _turn: float
var _last_spots: PackedVector2Array = []


## The heuristic called [param name] of the agent's side.
static func make(of_agent: PlayerAgent, name: String) -> RefCounted:
	var file: String = SCRIPTS[of_agent.player.side][name]
	var script: GDScript = load("res://hide_and_seek/bots/" + file)
	return script.new(of_agent)


func _init(of_agent: PlayerAgent) -> void:
	agent = of_agent
	player = of_agent.player
	layout = of_agent.game.layout


## What it does next: strafe, forward, turn, grab and lock, each in [-1, 1].
func decide() -> PackedFloat32Array:
	_move = Vector2.ZERO
	_turn = 0.0
	_last_spots.append(player.spot())
	if _last_spots.size() > _STUCK_STEPS:
		_last_spots.remove_at(0)
	_decide()
	var facing := player.facing()
	var ahead := _move.dot(facing)
	var aside := _move.dot(facing.orthogonal() * -1.0)
	return PackedFloat32Array([aside, ahead, _turn, 1.0 if grabs else -1.0, 1.0 if locks else -1.0])


func _decide() -> void:
	pass


## What it goes around: boxes, ramps, and seekers that stand still.
func _obstacles() -> Array[Paths.Obstacle]:
	var obstacles: Array[Paths.Obstacle] = []
	for thing in agent.game.things():
		obstacles.append(Paths.Obstacle.new(thing, thing.footprint))
	for seeker in agent.game.seekers:
		if seeker.is_blind:
			obstacles.append(Paths.Obstacle.new(seeker.player, Vector2.ONE * Player.RADIUS))
	return obstacles


## Goes to [param goal] around walls and obstacles. Returns whether it is there, or as near as one
## gets.
func _go(goal: Vector2) -> bool:
	_drive(_next_corner(player.spot(), goal, _obstacles), _SLOW if _way.size() == 1 else 0.0)
	return _way.size() == 1 and player.spot().distance_to(_way[0]) < _CLOSE


## Where to turn to at [param from], on the way to [param goal] around what [param obstacles]
## returns. One way is kept for some steps.
func _next_corner(from: Vector2, goal: Vector2, obstacles: Callable) -> Vector2:
	_age += 1
	if goal != _goal or _age >= _REPLAN_STEPS:
		_way = _find_way(from, goal, obstacles.call())
		_goal = goal
		_age = 0
	while _way.size() > 1 and from.distance_to(_way[0]) < _CLOSE:
		_way.remove_at(0)
	return _way[0]


func _find_way(from: Vector2, to: Vector2, obstacles: Array[Paths.Obstacle]) -> PackedVector2Array:
	if _paths == null:
		_paths = Paths.new(layout)
	return _paths.find(from, to, obstacles)


## Goes straight to [param place], and slows down within [param slow] m of it.
func _drive(place: Vector2, slow: float) -> void:
	var away := place - player.spot()
	_move = away.normalized() * (minf(1.0, away.length() / slow) if slow > 0.0 else 1.0)


## Turns into [param direction]. Returns whether it looks there, within a few degrees.
func _look_along(direction: Vector2) -> bool:
	if direction.length() < 0.05:
		return true
	# On the floor (x, z), angles grow to the right, as turns do.
	var missing := player.facing().angle_to(direction)
	var turning := -player.angular_velocity.y
	_turn = clampf(_TURN_GAIN * missing - _TURN_DAMPING * turning, -1.0, 1.0)
	return absf(missing) < 0.08


## Whether it has hardly moved for some steps.
func _is_stuck() -> bool:
	if _last_spots.size() < _STUCK_STEPS:
		return false
	return _last_spots[0].distance_to(player.spot()) < _STUCK_DISTANCE
