extends RefCounted
## The whole truth of an arena as floats: README.md lists them.

const Game := preload("hide_and_seek.gd")
const Layout := preload("layout.gd")
const Player := preload("player.gd")
const PlayerAgent := preload("player_agent.gd")
const Thing := preload("thing.gd")

## Floats of the head, of a player, of a box or ramp, of a wall and of a door.
const HEAD := 3
const PLAYER := 12
const THING := 13
const WALL := 5
const DOOR := 6

var _game: Game
var _agents: Array[PlayerAgent] = []
var _things: Array[Thing] = []
var _state: PackedFloat32Array = []
var _first_door: int  # of the doors' floats


func _init(game: Game) -> void:
	_game = game
	_agents = game.hiders + game.seekers
	_things = game.things()
	var first_wall := HEAD + _agents.size() * PLAYER + _things.size() * THING
	_first_door = first_wall + Layout.MOST_WALLS * WALL
	_state.resize(_first_door + Layout.MOST_DOORS * DOOR)
	_write_walls(first_wall)


## The state now: the same array in every step.
func write() -> PackedFloat32Array:
	_state[0] = _game.time_left()
	_state[1] = _game.preparation_left()
	_state[2] = 1.0 if _game.is_any_seen else 0.0
	var offset := HEAD
	for agent in _agents:
		_write_body(offset, agent.player)
		_state[offset + 9] = 1.0 if agent.player.is_hider else 0.0
		_state[offset + 10] = 1.0 if agent.held() != null else 0.0
		_state[offset + 11] = 1.0 if agent.player.is_seen else 0.0
		offset += PLAYER
	for thing in _things:
		_write_body(offset, thing)
		_state[offset + 9] = thing.footprint.x
		_state[offset + 10] = thing.footprint.y
		_state[offset + 11] = _lock_of(thing)
		_state[offset + 12] = 1.0 if thing.holder != null else 0.0
		offset += THING
	for i in _game.statistics.blocked.size():
		_state[_first_door + i * DOOR + 4] = 1.0 if _game.statistics.blocked[i] else 0.0
	return _state


## The first nine floats of a player, a box or a ramp: place, direction on the floor (of -Z),
## velocity and turning speed.
func _write_body(offset: int, body: RigidBody3D) -> void:
	var place := body.position
	var velocity := body.linear_velocity
	_state[offset] = place.x
	_state[offset + 1] = place.y
	_state[offset + 2] = place.z
	_state[offset + 3] = -body.basis.z.x
	_state[offset + 4] = -body.basis.z.z
	_state[offset + 5] = velocity.x
	_state[offset + 6] = velocity.y
	_state[offset + 7] = velocity.z
	_state[offset + 8] = body.angular_velocity.y


## 1: locked for the hiders, -1: for the seekers, 0: not at all.
func _lock_of(thing: Thing) -> float:
	match thing.lockable.locked_by:
		Player.HIDERS:
			return 1.0
		Player.SEEKERS:
			return -1.0
	return 0.0


## Walls and doors do not change in an episode.
func _write_walls(offset: int) -> void:
	for wall in _game.layout.walls:
		_state[offset] = wall.position.x
		_state[offset + 1] = wall.position.y
		_state[offset + 2] = wall.size.x
		_state[offset + 3] = wall.size.y
		_state[offset + 4] = 1.0
		offset += WALL
	offset = _first_door
	for door in _game.layout.doors:
		_state[offset] = door.centre.x
		_state[offset + 1] = door.centre.y
		_state[offset + 2] = door.normal.x
		_state[offset + 3] = door.normal.y
		_state[offset + 5] = 1.0
		offset += DOOR
