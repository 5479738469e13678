extends Node2D
## The score, the best one, and how the last episode ended. Does nothing without a screen.

const CartPole := preload("cart_pole.gd")

# Places and sizes [px] on the window of 720x720 px are a matter of taste. In a picture of another
# shape, that is the middle.
const _WIDTH := 720.0
const _BAR := Rect2(60.0, 62.0, 600.0, 5.0)
const _TOP := 48.0
const _BOTTOM := 684.0
const _TITLE := 636.0
const _TEXT := Color("eef2ff")
const _ACCENT := Color("ffb454")
const _TITLE_SIZE := 32
const _SCORE_SIZE := 30
const _TEXT_SIZE := 18

# They outlive an episode's instance; only people see them.
static var _best: int = 0
static var _title: String = ""

var _font: Font = ThemeDB.fallback_font

@onready var _game: CartPole = owner


func _ready() -> void:
	if DisplayServer.get_name() == "headless":
		hide()
		set_process(false)
		return
	_game.episode_ended.connect(_on_episode_ended)
	_game.picture_due.connect(_on_picture_due)


func _process(_delta: float) -> void:
	if RenderingServer.render_loop_enabled:  # else it is drawn only when it is due
		queue_redraw()


func _draw() -> void:
	var limit := maxi(_game.max_steps, 1)
	var part := clampf(float(_game.step_count) / limit, 0.0, 1.0)
	_write("%d" % _game.step_count, _TOP, HORIZONTAL_ALIGNMENT_LEFT, _ACCENT, _SCORE_SIZE)
	_write("of %d steps" % limit, _TOP, HORIZONTAL_ALIGNMENT_CENTER, _TEXT)
	if _game.is_played:
		_write("best %d" % _best, _TOP, HORIZONTAL_ALIGNMENT_RIGHT, _TEXT)
	draw_rect(_BAR, Color(_TEXT, 0.2))
	draw_rect(Rect2(_BAR.position, Vector2(_BAR.size.x * part, _BAR.size.y)), _ACCENT)
	if not _game.is_played:
		return
	var who := "you play" if _game.agent.is_taken_over else "it plays by itself"
	_write("left and right arrow keys", _BOTTOM, HORIZONTAL_ALIGNMENT_LEFT, Color(_TEXT, 0.8))
	_write(who, _BOTTOM, HORIZONTAL_ALIGNMENT_RIGHT, Color(_TEXT, 0.8))
	if _game.step_count == 0:
		_write(_title, _TITLE, HORIZONTAL_ALIGNMENT_CENTER, _ACCENT, _TITLE_SIZE)


func _write(
	text: String, y: float, side: HorizontalAlignment, color: Color, font_size: int = _TEXT_SIZE
) -> void:
	var place := Vector2(_BAR.position.x, y)
	draw_string_outline(
		_font, place, text, side, _BAR.size.x, font_size, 6, Color(Color.BLACK, 0.4 * color.a)
	)
	draw_string(_font, place, text, side, _BAR.size.x, font_size, color)


func _on_picture_due() -> void:
	position.x = 0.5 * (get_viewport_rect().size.x - _WIDTH)
	queue_redraw()


func _on_episode_ended() -> void:
	var steps := _game.step_count
	_best = maxi(_best, steps)
	_title = "It fell after %d steps" % steps if _game.has_failed() else "%d steps!" % steps
