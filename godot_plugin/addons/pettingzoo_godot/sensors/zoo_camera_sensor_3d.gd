@tool
@icon("../icons/zoo_camera_sensor_3d.svg")
class_name ZooCameraSensor3D
extends "camera_sensor.gd"
## Sees a picture of what lies in the body's forward direction (-Z), as bytes of shape
## [code](height, width, channels)[/code], in a member of its own of the observation: [member key],
## or [code]camera[/code]. An agent that observes nothing else has the picture alone.
##
## With a [member stack], the channels of earlier pictures follow those of the newest one. Pictures
## need a renderer: in Python, pass [code]render_mode="rgb_array"[/code].

## Angle between the upper and the lower edge of the picture.
@export_range(1.0, 179.0, 0.1, "suffix:°") var field_of_view: float = 75.0
## Where the camera is, in the body's frame [m].
@export var origin: Vector3 = Vector3.ZERO
## How far the camera looks up, or down if negative.
@export_range(-90.0, 90.0, 0.1, "suffix:°") var tilt: float = 0.0
## Which layers are seen: all but number 20, on which sensors draw what they see. To hide the body
## from itself, put its meshes on another layer that is not seen.
@export_flags_3d_render var cull_mask: int = 0x7FFFF

var _camera: Camera3D


func _body() -> Node:
	return body_3d()


func _body_class() -> String:
	return "Node3D"


func _set_up(viewport: SubViewport) -> void:
	_camera = Camera3D.new()
	_camera.fov = field_of_view
	_camera.cull_mask = cull_mask
	viewport.add_child(_camera)


func _look() -> void:
	var turned := Basis.from_euler(Vector3(deg_to_rad(tilt), 0.0, 0.0))
	_camera.global_transform = body_3d().global_transform * Transform3D(turned, origin)
	_camera.force_update_transform()  # now, not at the end of the frame
