extends Node2D
## Lines and faces in the frame of the canvas [px] that show what a sensor sees.
##
## A node of the scene, so that every viewport with this canvas shows it. It paints anew before each
## picture, also before one that is drawn while time stands still.

const View := preload("debug_view.gd")

const _WIDTH := 1.5  # px
const _ABOVE_THE_SCENE := 1000  # z index

var _paint: Callable


## [param paint] is called with this node before each picture; it calls [method line] and
## [method face].
func _init(paint: Callable) -> void:
	_paint = paint
	z_index = _ABOVE_THE_SCENE
	visibility_layer = View.LAYER


func _enter_tree() -> void:
	RenderingServer.frame_pre_draw.connect(_update)


func _exit_tree() -> void:
	RenderingServer.frame_pre_draw.disconnect(_update)


## A line between two points.
func line(from: Vector2, to: Vector2, color: Color) -> void:
	RenderingServer.canvas_item_add_line(get_canvas_item(), from, to, color, _WIDTH, true)


## A convex face, or one that the first of its [param points] sees all of.
func face(points: PackedVector2Array, color: Color) -> void:
	var corners := PackedInt32Array()
	for i in range(2, points.size()):
		corners.append_array([0, i - 1, i])
	RenderingServer.canvas_item_add_triangle_array(get_canvas_item(), corners, points, [color])


## Straight to the server: queue_redraw() would come too late for this picture.
func _update() -> void:
	RenderingServer.canvas_item_clear(get_canvas_item())
	View.paint(self, _paint)
