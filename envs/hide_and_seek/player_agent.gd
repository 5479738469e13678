extends ZooAgent
## A hider or a seeker: what it observes and does, and who decides when Python does not.

const Bot := preload("bots/bot.gd")
const Game := preload("hide_and_seek.gd")
const Player := preload("player.gd")
const Thing := preload("thing.gd")

const _MOVE_CHOICES := 11  # of strafe, forward and turn: the paper's

## The game that it plays.
var game: Game
## Whether it neither sees nor acts: a seeker in the preparation.
var is_blind: bool = false:
	set(value):
		is_blind = value
		vision.enabled = not value
var _bot: Bot
var _is_taken_over: bool = false  # by a person, in this episode

## The body.
@onready var player: Player = get_parent()
## Decides whom it sees.
@onready var vision: ZooVision3D = $Vision
@onready var _grab: ZooGrabActuator3D = $Grab


func _reset() -> void:
	_bot = null
	_grab.grabbed.connect(_on_grabbed)
	_grab.released.connect(_on_released)


## The actuators do it, unless a seeker has to wait for the end of the preparation.
func _act(action: Variant) -> void:
	if not is_blind:
		super(action)


## With no trainer, the heuristic plays until a person touches the keys: of the first seeker, if
## nobody said whose they are.
func local_action() -> Variant:
	var is_first := not player.is_hider and player.number == 0
	if control_mode == ControlMode.REMOTE and not _is_taken_over:
		_is_taken_over = is_first and input_map.read(action_space) != action_space.neutral()
		if not _is_taken_over:
			return _heuristic()
	return super()


func _heuristic() -> Variant:
	if _bot == null:
		_bot = Bot.make(self, game.heuristic_of(player.side))
	return _to_action(_bot.decide())


## Shapes spaces by the options that are fixed when the environment is made.
func prepare(of_game: Game) -> void:
	game = of_game
	var options := game.options
	var choices := _MOVE_CHOICES if options["actions"] == "discrete" else 0
	for actuator: ZooActuator in [$Move, $Grab, $Lock]:
		actuator.choices = choices
	($Lock as ZooLockActuator3D).side = (get_parent() as Player).side
	var counts := {
		"Others": options["n_hiders"] + options["n_seekers"] - 1,
		"Boxes": options["n_boxes"],
		"Ramps": options["n_ramps"],
	}
	for sensor: String in counts:
		(get_node(sensor) as ZooEntitySensor3D).count = maxi(1, counts[sensor])
		(get_node(sensor) as ZooEntitySensor3D).enabled = counts[sensor] > 0
	if options["observations"] == "dict":
		for sensor: String in ["Own", "Lidar", "Others", "Boxes", "Ramps"]:
			(get_node(sensor) as ZooSensor).key = sensor.to_lower()


## What it holds; null: nothing.
func held() -> Thing:
	return _grab.held as Thing


## Whether a person plays it.
func is_played_by_person() -> bool:
	return is_played or game.is_played and (control_mode == ControlMode.HUMAN or _is_taken_over)


## What strafe, forward, turn, grab and lock, each in [-1, 1], are as a value of the action space.
func _to_action(values: PackedFloat32Array) -> Variant:
	var choices := action_space as ZooMultiDiscrete
	if choices == null:
		return values
	var chosen := PackedInt64Array()
	for i in values.size():
		chosen.append(roundi((0.5 * values[i] + 0.5) * (choices.nvec[i] - 1)))
	return chosen


func _on_grabbed(body: RigidBody3D) -> void:
	(body as Thing).holder = player


func _on_released(body: RigidBody3D) -> void:
	if body != null:
		(body as Thing).holder = null
