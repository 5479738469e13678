extends ZooAgent
## Turns its body by quarters to the left, or ends the episode; tells what the engine keeps.

const STAY := 0
const TURN := 1
const LEAVE := 2

var _drawings: int = 0


func _init() -> void:
	action_space = ZooDiscrete.choices(3)
	info_names = ["drawings", "nodes", "texture_bytes"]


func _ready() -> void:
	RenderingServer.frame_post_draw.connect(_count)


func _act(action: Variant) -> void:
	set_info("drawings", _drawings)
	set_info("nodes", Performance.get_monitor(Performance.OBJECT_NODE_COUNT))
	set_info("texture_bytes", Performance.get_monitor(Performance.RENDER_TEXTURE_MEM_USED))
	if action == LEAVE:
		environment.terminate()
	if action != TURN:
		return
	var body := get_parent()
	if body is Node3D:
		(body as Node3D).rotate_y(PI / 2.0)
	else:
		(body as Node2D).rotate(-PI / 2.0)


func _count() -> void:
	_drawings += 1
