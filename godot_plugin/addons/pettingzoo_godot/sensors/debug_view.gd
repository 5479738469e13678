extends RefCounted
## When what a sensor sees is drawn, and in which colors.

## The render layer of all that is drawn here: number 20. A camera whose cull mask is without it
## does not see it.
const LAYER := 1 << 19
## A direction in which nothing is.
const FREE := Color("5fd068")
## What was hit, or is seen.
const SEEN := Color("ff5a4f")
## Where a sensor looks.
const AREA := Color("ffd24a")

## Whether a picture asks now: it may come in the middle of a tick, and must leave no trace in it.
static var is_painting: bool = false


## Lets [param paint_it] fill [param view].
static func paint(view: Node, paint_it: Callable) -> void:
	is_painting = true
	paint_it.call(view)
	is_painting = false


## Makes the view of [param sensor] with [param make] if it is [param wanted] and somebody may see
## it; removes [param view], the one that it had, if it is not. Returns the one that it has now.
static func toggled(sensor: Node, view: Node, wanted: bool, make: Callable) -> Node:
	if not sensor.is_node_ready():
		return view
	if wanted and view == null and DisplayServer.get_name() != "headless":
		var made: Node = make.call()
		sensor.add_child(made, false, Node.INTERNAL_MODE_BACK)
		return made
	if not wanted and view != null:
		view.queue_free()
		return null
	return view
