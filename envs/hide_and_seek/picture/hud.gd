extends Control
## The bar on top: the phase and its time, who is ahead, and whether anybody is seen. Below, the
## keys, if a person plays.

const Game := preload("../hide_and_seek.gd")
const Paint := preload("paint.gd")

# All in parts of the text's height.
const _BAR_HEIGHT := 3.0
const _MARGIN := 0.9
const _TRACK := 0.35
const _LARGE := 1.05
const _SMALL := 0.72
const _LINES := 30.0  # heights of text in the shorter side of a picture

const _KEYS := "W S  ahead, back    A D  turn    Q E  sideways    Space  grab    Shift  lock"

var _game: Game
var _font: Font = ThemeDB.fallback_font
var _unit: float  # height of the text [px]


func _init(game: Game) -> void:
	_game = game
	set_anchors_preset(PRESET_FULL_RECT)
	mouse_filter = MOUSE_FILTER_IGNORE


## Part of the height of a picture of [param viewport] that the bar takes.
static func top_of(viewport: Viewport) -> float:
	var size := viewport.get_visible_rect().size
	return _BAR_HEIGHT * _unit_of(size) / size.y


static func _unit_of(size: Vector2) -> float:
	return minf(size.x, size.y) / _LINES


func _draw() -> void:
	var area := get_viewport_rect().size
	if _game.statistics == null:
		return  # no episode has begun
	_unit = _unit_of(area)
	draw_rect(Rect2(0.0, 0.0, area.x, _BAR_HEIGHT * _unit), Color(1.0, 1.0, 1.0, 0.85))
	_draw_track(area.x)
	var score := 2 * _game.statistics.hidden_steps - _game.statistics.seeking_steps
	var line := 1.35 * _unit
	_write("Hiders  %+d" % score, line, HORIZONTAL_ALIGNMENT_LEFT, Paint.HIDER)
	_write("%+d  Seekers" % -score, line, HORIZONTAL_ALIGNMENT_RIGHT, Paint.SEEKER)
	_write(_phase(), line, HORIZONTAL_ALIGNMENT_CENTER, _phase_color())
	if _game.person() != "":
		var color := Color(Paint.INK, 0.8)
		_write(_KEYS, area.y - 0.7 * _unit, HORIZONTAL_ALIGNMENT_CENTER, color, _SMALL)


## The time: what is over of the preparation and of the rest.
func _draw_track(width: float) -> void:
	var left := _MARGIN * _unit
	var track := Rect2(left, 2.05 * _unit, width - 2.0 * left, _TRACK * _unit)
	draw_rect(track, Color(Paint.INK, 0.13))
	var split := _game.preparation_part()
	var over := 1.0 - _game.time_left()
	var first := track
	first.size.x *= minf(over, split)
	draw_rect(first, Paint.HIDER)
	if over > split:
		var second := track
		second.position.x += split * track.size.x
		second.size.x *= over - split
		draw_rect(second, Paint.SEEKER)
	var tick := Rect2(
		track.position.x + split * track.size.x, track.position.y - 0.2 * _unit, 2.0, 0.0
	)
	tick.size.y = track.size.y + 0.4 * _unit
	draw_rect(tick, Paint.INK)


func _phase() -> String:
	if _game.is_preparing() or not _game.is_seeking():
		return "PREPARATION  %.1f s" % (_game.preparation_steps_left() * _game.step_seconds())
	return "SEEN!" if _game.is_any_seen else "HIDDEN"


func _phase_color() -> Color:
	if not _game.is_seeking():
		return Paint.INK
	return Paint.SEEKER if _game.is_any_seen else Paint.HIDER


func _write(
	text: String, y: float, side: HorizontalAlignment, color: Color, height: float = _LARGE
) -> void:
	var left := _MARGIN * _unit
	var width := get_viewport_rect().size.x - 2.0 * left
	var size := roundi(height * _unit)
	draw_string(_font, Vector2(left, y), text, side, width, size, color)
