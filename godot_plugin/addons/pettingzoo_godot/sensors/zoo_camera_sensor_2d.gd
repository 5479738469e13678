@tool
@icon("../icons/zoo_camera_sensor_2d.svg")
class_name ZooCameraSensor2D
extends "camera_sensor.gd"
## Sees a picture of what is around the body, as bytes of shape
## [code](height, width, channels)[/code], in a member of its own of the observation: [member key],
## or [code]camera[/code]. An agent that observes nothing else has the picture alone.
##
## With a [member stack], the channels of earlier pictures follow those of the newest one. Pictures
## need a renderer: in Python, pass [code]render_mode="rgb_array"[/code].

## How much of the scene is between the upper and the lower edge of the picture.
@export_range(1.0, 10000.0, 0.1, "or_greater", "suffix:px") var view_height: float = 400.0
## What is in the middle of the picture, in the body's frame [px].
@export var offset: Vector2 = Vector2.ZERO
## Whether the picture turns with the body, whose forward direction (+X) is to the right then.
@export var turns: bool = true
## Which layers are seen: all but number 20, on which sensors draw what they see. To hide the body
## from itself, put its sprites on another layer that is not seen.
@export_flags_2d_render var cull_mask: int = 0xFFF7FFFF


func _body() -> Node:
	return body_2d()


func _body_class() -> String:
	return "Node2D"


func _set_up(viewport: SubViewport) -> void:
	viewport.disable_3d = true
	viewport.canvas_cull_mask = cull_mask
	viewport.world_2d = get_viewport().find_world_2d()


func _look() -> void:
	var body := body_2d()
	var middle := body.global_transform * offset
	var rotation := body.global_rotation if turns else 0.0
	var zoom := Vector2.ONE * (height / view_height)
	var to_picture := Transform2D(0.0, zoom, 0.0, Vector2(width, height) / 2.0)
	_viewport.canvas_transform = to_picture * Transform2D(rotation, middle).affine_inverse()
