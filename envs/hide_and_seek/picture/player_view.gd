extends Node3D
## How a player looks: an egg with eyes in its side's colour, what it holds, and whether it is seen.

const Paint := preload("paint.gd")
const Player := preload("../player.gd")
const PlayerAgent := preload("../player_agent.gd")

const _HEIGHT := 0.95  # m
const _EYE := Vector3(0.115, 0.36, -0.2)  # m, the right one
const _SLEEPING := 0.45  # how much of its colour a blind seeker has
const _ROPE := 0.07  # m

var _agent: PlayerAgent
var _player: Player
var _body: MeshInstance3D
var _eyes: Array[MeshInstance3D] = []
var _lids: Array[MeshInstance3D] = []
var _alarm: Node3D
var _mark: MeshInstance3D  # of whom a person plays
var _rope: MeshInstance3D


func _init(agent: PlayerAgent) -> void:
	_agent = agent
	_player = agent.player
	var color := Paint.of_side(_player.side)
	var middle := 0.5 * _HEIGHT - Player.RADIUS
	_body = Paint.add(self, Paint.ball(Player.RADIUS, _HEIGHT), color, Vector3(0.0, middle, 0.0))
	for side: float in [-1.0, 1.0]:
		var place := _EYE * Vector3(side, 1.0, 1.0)
		_eyes.append(Paint.add(self, Paint.ball(0.1), Color.WHITE, place))
		_eyes.append(
			Paint.add(self, Paint.ball(0.055), Paint.INK, place + Vector3(0.0, 0.02, -0.065))
		)
		_lids.append(Paint.add(self, Paint.ball(0.104), color.darkened(0.3), place))
	_alarm = Node3D.new()
	_alarm.position.y = _HEIGHT + 0.2
	_alarm.top_level = true
	Paint.add(_alarm, Paint.ball(0.09, 0.34), Paint.SEEKER, Vector3(0.0, 0.26, 0.0))
	Paint.add(_alarm, Paint.ball(0.075), Paint.SEEKER)
	add_child(_alarm)
	_mark = Paint.add(self, Paint.ring(0.36, 0.44), Paint.MARK, Vector3(0.0, -0.25, 0.0))
	_rope = Paint.add(self, Paint.box(Vector3(_ROPE, _ROPE, 1.0)), color.darkened(0.1))
	_rope.top_level = true


## Shows what is.
func update() -> void:
	var color := Paint.of_side(_player.side)
	if _agent.is_blind:
		color = Paint.BACKGROUND.darkened(0.2).lerp(color, _SLEEPING)
	_body.material_override = Paint.material(color)
	for eye in _eyes:
		eye.visible = not _agent.is_blind
	for lid in _lids:
		lid.visible = _agent.is_blind
	_alarm.visible = _player.is_seen
	_alarm.position = _player.position + Vector3.UP * (_HEIGHT + 0.05)
	var held := _agent.held()
	_mark.visible = _agent.is_played_by_person()
	_rope.visible = held != null
	if held != null:
		_tie(_player.position, held.position)


func _tie(from: Vector3, to: Vector3) -> void:
	from.y = 0.5
	to.y = 0.5
	var way := to - from
	if not way.is_zero_approx():
		_rope.transform = (
			Transform3D(Basis.IDENTITY, 0.5 * (from + to))
			. looking_at(to)
			. scaled_local(Vector3(1.0, 1.0, way.length()))
		)
