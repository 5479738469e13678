extends Node2D
## The score, the time that is left, and who won. Does nothing without a screen.

const Chase := preload("chase.gd")
const Picture := preload("chase_picture.gd")

# Places and sizes [px] on the window of 720x720 px are a matter of taste. In a picture of another
# shape, that is the middle.
const _SIZE := Vector2(720.0, 720.0)
const _BAR := Rect2(60.0, 42.0, 600.0, 4.0)
const _TOP := 32.0
const _BOTTOM := 694.0
const _TEXT := Color("c5cde6")
const _TITLE_SIZE := 44
const _TEXT_SIZE := 18

var _step: int = 0  # the one in the picture
var _seeker_text: String = "Seeker"
var _hider_text: String = "Hider"
var _title: String = ""
var _title_color: Color
var _title_seconds: float = 0.0
var _font: Font = ThemeDB.fallback_font

@onready var _chase: Chase = owner


func _ready() -> void:
	if DisplayServer.get_name() == "headless":
		hide()
		set_process(false)
		return
	_chase.episode_ended.connect(_on_episode_ended)
	_chase.picture_due.connect(_on_picture_due)


func _process(delta: float) -> void:
	if not RenderingServer.render_loop_enabled:
		return  # drawn only when it is due
	_title_seconds -= delta
	if _title_seconds <= 0.0:
		_step = _chase.step_count
	_seeker_text = "Seeker  %d" % _chase.catches
	_hider_text = "%d  Hider" % _chase.escapes
	queue_redraw()


func _draw() -> void:
	var red := _chase.seeker.color
	var green := _chase.hider.color
	_write(_seeker_text, _TOP, HORIZONTAL_ALIGNMENT_LEFT, red)
	_write(_hider_text, _TOP, HORIZONTAL_ALIGNMENT_RIGHT, green)
	var limit := maxi(_chase.max_steps, 1)
	_write("step %d of %d" % [_step, limit], _TOP, HORIZONTAL_ALIGNMENT_CENTER, _TEXT)
	draw_rect(_BAR, Color(_TEXT, 0.15))
	var part := clampf(1.0 - float(_step) / limit, 0.0, 1.0)
	draw_rect(Rect2(_BAR.position, Vector2(_BAR.size.x * part, _BAR.size.y)), Color(_TEXT, 0.7))
	if _chase.is_played:
		_write("W A S D", _BOTTOM, HORIZONTAL_ALIGNMENT_LEFT, Color(red, 0.7))
		_write("arrow keys", _BOTTOM, HORIZONTAL_ALIGNMENT_RIGHT, Color(green, 0.7))
	if _title_seconds > 0.0:
		_write(_title, 0.5 * _SIZE.y, HORIZONTAL_ALIGNMENT_CENTER, _title_color, _TITLE_SIZE)


func _write(
	text: String, y: float, side: HorizontalAlignment, color: Color, font_size: int = _TEXT_SIZE
) -> void:
	var place := Vector2(_BAR.position.x, y)
	draw_string_outline(
		_font, place, text, side, _BAR.size.x, font_size, 6, Color(Color.BLACK, 0.5 * color.a)
	)
	draw_string(_font, place, text, side, _BAR.size.x, font_size, color)


## A picture is of this moment alone: nobody keeps the score.
func _on_picture_due() -> void:
	position = 0.5 * (get_viewport_rect().size - _SIZE)
	_step = _chase.step_count
	_title_seconds = 0.0
	if _chase.is_caught() or _step == _chase.max_steps:
		_set_title()
		_title_seconds = 1.0
	queue_redraw()


func _set_title() -> void:
	var caught := _chase.is_caught()
	_title = "Caught!" if caught else "Escaped!"
	_title_color = _chase.seeker.color if caught else _chase.hider.color


func _on_episode_ended() -> void:
	_set_title()
	_title_seconds = Picture.LOOK_BACK_SECONDS if _chase.is_played else 0.0
