extends ZooSensor
## A sensor that can show what it sees.

const Rays := preload("rays.gd")
const View := preload("debug_view.gd")

## Draws what is sensed, when the scene runs in a window and in the editor.
@export var debug_draw: bool = false:
	set(value):
		debug_draw = value
		_show_or_hide()

var _view: Node  # null: nothing is drawn
var _reads_for_view: bool = false
var _unreported: PackedFloat32Array = []


func _notification(what: int) -> void:
	if what == NOTIFICATION_READY:
		_show_or_hide()


## Starts an episode in which somebody reads this sensor.
func restart() -> void:
	_reads_for_view = false
	super()


## Reads for the picture alone where nobody else does: in a game without a trainer.
func _read_for_view() -> void:
	if agent == null and not Engine.is_editor_hint():
		agent = _agent_above() as ZooAgent
		_reads_for_view = agent != null
	if _reads_for_view:
		_unreported.resize(_size())
		_read(_unreported, 0)


func _show_or_hide() -> void:
	_view = View.toggled(self, _view, debug_draw, _make_view)


## A debug_view_2d.gd or debug_view_3d.gd that paints what was read last.
func _make_view() -> Node:
	return null
