extends ZooEnvironment
## Notes every hook and signal, and what a rigid body and an area do meanwhile.

const Body := preload("body.gd")
const Diary := preload("diary.gd")

var _end_in_tick: int = 0
var _ticks: int = 0

@onready var _body: Body = $Body
@onready var _area: Area2D = $Area


func _ready() -> void:
	episode_started.connect(Diary.note.bind(Diary.EPISODE_STARTED))
	step_started.connect(Diary.note.bind(Diary.STEP_STARTED))
	step_ended.connect(Diary.note.bind(Diary.STEP_ENDED))
	episode_ended.connect(Diary.note.bind(Diary.EPISODE_ENDED))
	_area.body_entered.connect(_on_body_entered)
	Diary.note(Diary.READY)
	super()


func _physics_process(_delta: float) -> void:
	_ticks += 1
	if _ticks == _end_in_tick:
		terminate()


func _reset(values: Dictionary) -> void:
	Diary.note(Diary.ENVIRONMENT_RESET)
	act_mode = ActMode.FIRST_TICK if values["acts_once"] else ActMode.EVERY_TICK
	settle_ticks = values["settle_ticks"]
	_end_in_tick = values["end_in_tick"]
	_body.position.x = values["start"]


func _after_step() -> void:
	Diary.note(Diary.AFTER_STEP)


func _state() -> PackedFloat32Array:
	Diary.note(Diary.STATE)
	return [_body.position.x, _body.linear_velocity.x]


func _on_body_entered(_body_inside: Node2D) -> void:
	Diary.note(Diary.BODY_ENTERED)
