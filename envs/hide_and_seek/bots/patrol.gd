extends "bot.gd"
## Walks from room to room through all doors, looks around in each, and takes no interest in whom it
## sees.
##
## Of boxes and ramps it knows what it has seen.

const _HALL := 6.0  # a room with a longer side is looked at from several places [m]
const _TURN_STEPS := 18  # that looking around takes: with its field of view, a full turn
const _WHIM := 3.0  # so many times as far a station may be as the nearest one, to be next
const _PATIENCE := 60  # steps on the way to one station

var _stations: PackedVector2Array = []
var _places: int = 0  # so many of them are in rooms, the others in doors
var _is_new: PackedByteArray = []  # of each station: whether it was not visited in this round
var _station: int = -1
var _steps: int = 0  # on the way to it
var _looking: int = 0  # steps that it still looks around
var _known: Dictionary[Thing, Paths.Obstacle] = {}  # things as it has seen them last


func _init(of_agent: PlayerAgent) -> void:
	super(of_agent)
	for room in layout.rooms:
		for i in 4 if maxf(room.size.x, room.size.y) > _HALL else 0:
			var share := Vector2(0.25 + 0.5 * (i % 2), 0.25 + 0.5 * floorf(i / 2.0))
			_stations.append(room.position + room.size * share)
		if maxf(room.size.x, room.size.y) <= _HALL:
			_stations.append(room.get_center())
	_places = _stations.size()
	for door in layout.doors:
		_stations.append(door.centre)
	_is_new.resize(_stations.size())


func _decide() -> void:
	_learn()
	_patrol()


func _obstacles() -> Array[Paths.Obstacle]:
	return _known.values()


## Takes note of the things that it sees.
func _learn() -> void:
	for thing in agent.game.things():
		if agent.vision.sees(thing):
			_known[thing] = Paths.Obstacle.new(thing, thing.footprint)


func _patrol() -> void:
	if _looking > 0:
		_looking -= 1
		_turn = 1.0
		return
	_steps += 1
	if _station < 0 or _steps > _PATIENCE or (_steps > _STUCK_STEPS and _is_stuck()):
		_choose()
	if _go(_stations[_station]):
		_looking = _TURN_STEPS if _station < _places else 0
		_choose()
	else:
		_look_along(_move)


## The next station of this round: a near one, by chance, or all seekers would go together.
func _choose() -> void:
	_steps = 0
	if _station >= 0:
		_is_new[_station] = 0
	if not 1 in _is_new:
		_is_new.fill(1)
	var rng := agent.environment.rng
	var last := _station
	var least := INF
	for i in _stations.size():
		var way := player.spot().distance_to(_stations[i]) * rng.randf_range(1.0, _WHIM)
		if _is_new[i] == 1 and i != last and way < least:
			least = way
			_station = i
