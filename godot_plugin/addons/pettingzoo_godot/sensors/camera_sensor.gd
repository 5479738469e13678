extends ZooSensor
## What the camera sensors of 2D and 3D share: a picture of the arena as bytes, row by row from the
## top, of shape (height, width, channels times [member stack]), the newest picture's first.
##
## The cameras of all arenas are drawn at once, when the first of them is read. They see things as
## they were drawn at the end of the last tick.

const _CameraSensor := preload("camera_sensor.gd")
const _Pictures := preload("../runtime/pictures.gd")

const _MIN_SIDE := 2  # px; a SubViewport is never smaller
const _MAX_SIDE := 8192  # px; software OpenGL draws up to 16384

static var _living: Array[_CameraSensor] = []  # cameras in the tree

## Columns of the picture.
@export_range(2, 1024, 1, "or_greater", "suffix:px") var width: int = 84
## Rows of the picture.
@export_range(2, 1024, 1, "or_greater", "suffix:px") var height: int = 84
## Whether a pixel is one byte, how bright it is; otherwise it is red, green and blue.
@export var grayscale: bool = false

var _viewport: SubViewport
var _drawn_in: int = -1  # physics frame
var _pictures: Array[PackedByteArray] = []  # of this episode, the newest first


func _enter_tree() -> void:
	if not Engine.is_editor_hint():
		_living.append(self)


func _exit_tree() -> void:
	_living.erase(self)


func _validate_property(property: Dictionary) -> void:
	if property["name"] == "noise":
		property["usage"] = PROPERTY_USAGE_NONE  # of floats


func default_key() -> String:
	return "camera"


func space() -> ZooBox:
	var box := ZooBox.new()
	box.shape = [height, width, _channels() * stack]
	box.low = 0.0
	box.high = 255.0
	box.dtype = ZooBox.Dtype.UINT8
	return box


func check_settings() -> void:
	if mini(width, height) < _MIN_SIDE or maxi(width, height) > _MAX_SIDE:
		_fail(
			(
				"width, height: expected %d to %d pixels; got %d x %d."
				% [_MIN_SIDE, _MAX_SIDE, width, height]
			)
		)
	super()


func restart() -> void:
	_pictures.clear()
	_reset()


## Writes the newest pictures into [param bytes], as [member stack] says.
func write_bytes(bytes: PackedByteArray, offset: int) -> void:
	var picture := _take_picture()
	if picture.is_empty():
		return
	if stack == 1:
		_pictures = [picture]
		_copy(picture, bytes, offset)
		return
	if _pictures.is_empty():
		_pictures.resize(stack)
		_pictures.fill(picture)
	else:
		_pictures.pop_back()
		_pictures.push_front(picture)
	_interleave(bytes, offset)


## What this sensor sees now, or nothing and a fault.
func _take_picture() -> PackedByteArray:
	if not _Pictures.has_renderer():
		_fail('needs a renderer: pass render_mode="rgb_array" in Python.')
		return []
	if _drawn_in != Engine.get_physics_frames() and not _draw_with_others():
		return []
	var image := _viewport.get_texture().get_image()
	image.convert(Image.FORMAT_L8 if grayscale else Image.FORMAT_RGB8)
	return image.get_data()


## Draws the cameras that this report is about: those of living agents in episodes that begin, or in
## those that go on, as this one does.
func _draw_with_others() -> bool:
	for sensor in _living:
		var is_due := sensor.agent != null and sensor.agent.alive
		if is_due and sensor._pictures.is_empty() == _pictures.is_empty() and not sensor._aim():
			return false
	# The window shows its own pictures at its own times.
	var window := get_tree().root.get_viewport_rid()
	var mode := RenderingServer.viewport_get_update_mode(window)
	RenderingServer.viewport_set_update_mode(window, RenderingServer.VIEWPORT_UPDATE_DISABLED)
	RenderingServer.force_draw(false, 0.0)
	RenderingServer.viewport_set_update_mode(window, mode)
	return true


## Makes the camera look from where the body is now, for the next drawing; makes it on first use.
func _aim() -> bool:
	if _body() == null:
		_fail("no body to look from: place the ZooAgent below a %s." % _body_class())
		return false
	if _viewport == null:
		_viewport = SubViewport.new()
		_viewport.size = Vector2i(width, height)
		_set_up(_viewport)
		add_child(_viewport)
	_viewport.render_target_update_mode = SubViewport.UPDATE_ONCE
	_look()
	_drawn_in = Engine.get_physics_frames()
	return true


## Copies [param from] into [param to], eight bytes at a time: five times as fast as each alone.
func _copy(from: PackedByteArray, to: PackedByteArray, offset: int) -> void:
	var count := from.size()
	var rest := count - count % 8
	for i in range(0, rest, 8):
		to.encode_s64(offset + i, from.decode_s64(i))
	for i in range(rest, count):
		to[offset + i] = from[i]


## Writes all pictures pixel by pixel.
func _interleave(to: PackedByteArray, offset: int) -> void:
	var channels := _channels()
	var stride := channels * stack
	for i in stack:
		var picture := _pictures[i]
		for channel in channels:
			var target := offset + i * channels + channel
			for source in range(channel, picture.size(), channels):
				to[target] = picture[source]
				target += stride


func _channels() -> int:
	return 1 if grayscale else 3


func _size() -> int:
	return width * height * _channels()


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _body() == null:
		warnings.append(
			"A camera looks from a body: place the ZooAgent below a %s." % _body_class()
		)
	return warnings


## Where the camera is; null if there is nothing.
func _body() -> Node:
	return null


func _body_class() -> String:
	return ""


## Prepares [param viewport], which is not in the tree yet.
func _set_up(_viewport_to_be: SubViewport) -> void:
	pass


## Turns the camera to where it looks now.
func _look() -> void:
	pass
