extends RefCounted
## What an episode was like: kept up to date as infos of every agent.

const Game := preload("hide_and_seek.gd")
const Layout := preload("layout.gd")
const Player := preload("player.gd")
const PlayerAgent := preload("player_agent.gd")
const Thing := preload("thing.gd")

const _WIDTH := 2.0 * Player.RADIUS  # of what nobody gets through [m]

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
		if hidden_steps == seeking_steps:
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
	_tell("door_distance", _door_distance())


## How far the nearest box is from a door, as a mean over all doors, a blocked one counting 0 [m].
func _door_distance() -> float:
	var sum := 0.0
	for i in blocked.size():
		if not blocked[i] and not _game.boxes.is_empty():
			var centre := _game.layout.doors[i].centre
			sum += _game.boxes.map(func(box: Thing) -> float: return box.distance_to(centre)).min()
	return sum / maxf(blocked.size(), 1.0)


## Whether boxes at a door make a chain from the wall on one side of it to that on the other, which
## nobody gets through.
func _is_blocked(door: Layout.Door) -> bool:
	var aside := door.normal.orthogonal() * 0.5 * (Layout.DOOR_WIDTH + Layout.THICKNESS)
	var boxes: Array[Thing] = _game.boxes.filter(
		func(box: Thing) -> bool: return box.distance_to(door.centre) < _WIDTH
	)
	if boxes.is_empty():
		return false
	var chain := _near_wall(door.centre - aside, boxes)
	var ends := _near_wall(door.centre + aside, boxes)
	var i := 0
	while i < chain.size():
		if chain[i] in ends:
			return true
		for box in boxes:
			if box not in chain and _gap(chain[i].corners(), box.corners()) < _WIDTH:
				chain.append(box)
		i += 1
	return false


## Those of [param boxes] so near to the wall at [param point] that nobody gets through between.
func _near_wall(point: Vector2, boxes: Array[Thing]) -> Array[Thing]:
	var near: Array[Thing] = []
	for wall in _game.layout.walls:
		if wall.has_point(point):
			for box in boxes:
				if _gap(box.corners(), Layout.corners_of(wall)) < _WIDTH:
					near.append(box)
	return near


## Distance of two areas, given by their corners in order [m]; meaningless where they overlap.
func _gap(one: PackedVector2Array, other: PackedVector2Array) -> float:
	var gap := INF
	for i in 4:
		for j in 4:
			var k := (j + 1) % 4
			var near := Geometry2D.get_closest_point_to_segment(one[i], other[j], other[k])
			gap = minf(gap, near.distance_to(one[i]))
			near = Geometry2D.get_closest_point_to_segment(other[i], one[j], one[k])
			gap = minf(gap, near.distance_to(other[i]))
	return gap


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
