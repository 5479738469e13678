extends Node
## What ZooVision2D and ZooVision3D share: the cone, and the memory of one tick.

const Above := preload("../runtime/above.gd")
const Bridge := preload("../runtime/bridge.gd")
const Faults := preload("../runtime/faults.gd")
const Rays := preload("rays.gd")
const Targets := preload("targets.gd")
const View := preload("debug_view.gd")

const _DEBUG_RAYS := 48  # corners of the drawn cone

## One that is off sees nothing.
@export var enabled: bool = true
## Full angle of the cone around the body's forward direction; 360: all around.
@export_range(0.0, 360.0, 0.1, "suffix:°") var field_of_view: float = 135.0:
	set(value):
		field_of_view = value
		_least_cosine = cos(deg_to_rad(value * 0.5))
## Draws the cone up to what blocks it, when the scene runs in a window and in the editor.
@export var debug_draw: bool = false:
	set(value):
		debug_draw = value
		_show_or_hide()

var _least_cosine: float = cos(deg_to_rad(field_of_view * 0.5))
var _view: Node
var _agent: ZooAgent  # above this node
var _seen: Dictionary[int, bool] = {}  # by the target's instance ID
var _tick: int = -1  # when _seen was begun
var _step: int = -1


func _notification(what: int) -> void:
	if what == NOTIFICATION_READY:
		_agent = Above.agent_of(self) as ZooAgent
		_show_or_hide()


func _show_or_hide() -> void:
	_view = View.toggled(self, _view, debug_draw, _make_view)


## Forgets what was seen in an earlier tick, or before the episode was reset within this one.
## Returns whether there was anything to forget.
func _forget_the_past() -> bool:
	var tick := Engine.get_physics_frames() - Bridge.waits
	var step := 0
	if _agent != null and _agent.environment != null:
		step = _agent.environment.step_count
	if tick == _tick and step == _step:
		return false
	_tick = tick
	_step = step
	_seen.clear()
	return true


func _fail(message: String) -> void:
	Faults.report("vision %s: %s" % [name, message], _agent)


func _make_view() -> Node:
	return null
