extends ZooAgent
## Seeker and hider alike: moves its parent body, and plays by itself when nobody else does.

const Bot := preload("chase_bot.gd")
const Chase := preload("chase.gd")
const Chaser := preload("chaser.gd")

## How far one step goes per axis [px]: godot-ai's find-coin game, as measured from its public
## description. The scene's parameter [code]hider_speed[/code] multiplies the hider's.
@export_range(1.0, 100.0, 0.1, "suffix:px") var step_length: float = 20.0
## Whether this one flees; the other one seeks.
@export var flees: bool = false

## Multiplies [member step_length].
var speed_factor: float = 1.0
var _bot: Bot
var _taken_over: bool = false

@onready var _body: Chaser = get_parent()


func _reset() -> void:
	_bot = Bot.new(_body)


func _act(action: Variant) -> void:
	# The seeker moves first: a hider it has caught stays where it is.
	if not (environment as Chase).is_caught():
		var displacement: PackedFloat32Array = action
		_body.move(Vector2(displacement[0], displacement[1]) * step_length * speed_factor)


## With no trainer, the heuristic plays until a person touches this agent's keys.
func local_action() -> Variant:
	if control_mode == ControlMode.REMOTE and input_map != null and not _taken_over:
		_taken_over = input_map.read(action_space) != action_space.neutral()
		if not _taken_over:
			return _heuristic()
	return super.local_action()


func _heuristic() -> Variant:
	var displacement := _bot.flee() if flees else _bot.seek(environment.rng)
	var action := displacement / (step_length * speed_factor)
	# Shortened as a whole: cut per axis, it would point elsewhere, such as into the wall beside it.
	action /= maxf(1.0, maxf(absf(action.x), absf(action.y)))
	return PackedFloat32Array([action.x, action.y])
