extends RefCounted
## What an episode was like: kept up to date as infos of every agent.

const Game := preload("hide_and_seek.gd")
const Layout := preload("layout.gd")
const Player := preload("player.gd")
const PlayerAgent := preload("player_agent.gd")
const Thing := preload("thing.gd")

const _CROSSINGS: PackedFloat32Array = [-0.2, 0.0, 0.2]  # of a door, off its middle [m]
const _DEPTH := 1.0  # how far before and behind a door a box still blocks it [m]
const _PITCH := 0.25  # of the points of a crossing [m]

## Steps after the preparation, and those of them without a hider in sight.
var seeking_steps: int = 0
var hidden_steps: int = 0
## Whether each door of the layout is blocked: nobody gets through without pushing a box.
var blocked: Array[bool] = []
var _game: Game
var _agents: Array[PlayerAgent] = []
var _infos: Dictionary[String, float] = {}
var _things: Array[Thing] = []
var _starts: PackedVector2Array = []  # of each thing in this phase [m]
var _places: PackedVector2Array = []  # of each thing when the doors were watched last [m]


func _init(game: Game) -> void:
	_game = game
	_agents = game.hiders + game.seekers
	_things = game.things()
	blocked.resize(game.layout.doors.size())
	_starts = _spots()
	for thing in _things:
		thing.lockable.locked.connect(_on_locked)


## Takes note of the step that has just ended.
func update() -> void:
	if _game.is_seeking():
		seeking_steps += 1
		hidden_steps += int(not _game.is_any_seen)
		_tell("hidden_fraction", float(hidden_steps) / seeking_steps)
		if _game.is_any_seen and not _infos.has("first_seen"):
			_tell("first_seen", seeking_steps)
	_tell("hidden", 0.0 if _game.is_any_seen else 1.0)
	var spots := _spots()
	_measure_moves(spots)
	if spots != _places:
		_places = spots
		_watch_doors()
	if _game.preparation_steps_left() == 0 and not _game.is_seeking():
		_starts = spots


func _spots() -> PackedVector2Array:
	var spots := PackedVector2Array()
	for thing in _things:
		spots.append(thing.spot())
	return spots


func _measure_moves(spots: PackedVector2Array) -> void:
	var phase := "" if _game.is_seeking() else "_prep"
	for i in _things.size():
		var column := ("ramp_move" if _things[i].is_ramp else "box_move") + phase
		_tell(column, maxf(_infos.get(column, 0.0), spots[i].distance_to(_starts[i])))


func _watch_doors() -> void:
	var count := 0
	for i in blocked.size():
		blocked[i] = _is_blocked(_game.layout.doors[i])
		count += int(blocked[i])
	_tell("doors_blocked", count)


func _is_blocked(door: Layout.Door) -> bool:
	var near: Array[Thing] = []
	for box in _game.boxes:
		if box.distance_to(door.centre) < _DEPTH + Player.RADIUS:
			near.append(box)
	if near.is_empty():
		return false
	for offset in _CROSSINGS:
		if _is_free(door, offset, near):
			return false
	return true


## Whether a player gets straight through [param door], [param offset] m off its middle.
func _is_free(door: Layout.Door, offset: float, boxes: Array[Thing]) -> bool:
	var middle := door.centre + door.normal.orthogonal() * offset
	var along := -_DEPTH
	while along <= _DEPTH:
		var point := middle + door.normal * along
		for box in boxes:
			if box.distance_to(point) < Player.RADIUS:
				return false
		along += _PITCH
	return true


func _on_locked(_side: StringName) -> void:
	var column := "locks" if _game.is_seeking() else "locks_prep"
	_tell(column, _infos.get(column, 0.0) + 1.0)


## Tells all agents what has changed.
func _tell(column: String, value: float) -> void:
	if _infos.get(column, 0.0) == value and _infos.has(column):
		return
	_infos[column] = value
	for agent in _agents:
		agent.set_info(column, value)
