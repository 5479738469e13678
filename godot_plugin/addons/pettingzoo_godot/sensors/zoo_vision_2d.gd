@tool
@icon("../icons/zoo_vision_2d.svg")
class_name ZooVision2D
extends "vision.gd"
## Whether an agent sees something: inside a cone, and nothing in the line of sight.
##
## Place it below a [ZooAgent] and ask [method sees]; it is no sensor and adds nothing to the
## observation. [member ZooEntitySensor2D.vision] asks it, too: what rewards and observations ask
## in the same tick costs one ray. The cone opens around the body's +X.

const View2D := preload("debug_view_2d.gd")

const _DRAWN_DISTANCE := 300.0  # px, where the distance has no limit

## How far it sees, from the eye; 0: without limit.
@export_range(0.0, 10000.0, 0.1, "or_greater", "suffix:px") var distance: float = 0.0
## Layers of the bodies that block the view. The agent's own body and the target do not.
@export_flags_2d_physics var collision_mask: int = 1
## Where the line of sight starts, and the tip of the cone, in the frame of the body [px].
@export var eye: Vector2 = Vector2.ZERO
## Where the line of sight ends, in the frame of the target [px]: its eye, its middle.
@export var aim: Vector2 = Vector2.ZERO

var _ray: RayCast2D
var _world: World2D  # of the ray
var _frame: Transform2D  # of the eye in this tick


## Whether [param target] is in the cone and nothing stands between. Remembered within a tick: it
## answers as it did first, although things may have moved since. A target at the very place of the
## eye is seen; one in another arena, or one that is about to be freed, is not.
func sees(target: Node2D) -> bool:
	if not enabled or target == null:
		return false
	# What a picture asks, between two ticks or within one, must not be what a tick remembers.
	if not is_instance_valid(_ray) and not _set_up():
		return false
	if View.is_painting or not Engine.is_in_physics_frame():
		return _looks_at(target, _ray.global_transform)
	if _forget_the_past():
		_frame = _ray.global_transform
	var id := target.get_instance_id()
	var known: Variant = _seen.get(id)
	if known == null:
		known = _looks_at(target, _frame)
		_seen[id] = known
	return known


## Whether an eye at [param frame] sees [param target].
func _looks_at(target: Node2D, frame: Transform2D) -> bool:
	if target.is_queued_for_deletion() or not target.is_inside_tree():
		return false
	if target.get_world_2d() != _world:
		return false
	var point := target.global_transform * aim
	var away := point - frame.origin
	var length := away.length()
	if is_zero_approx(length):
		return true
	if distance > 0.0 and length > distance:
		return false
	if field_of_view < 360.0:
		var forward := frame.x.normalized()
		if away.dot(forward) < _least_cosine * length:
			return false
	_ray.target_position = frame.affine_inverse() * point
	_ray.force_raycast_update()
	return not _ray.is_colliding() or Targets.is_part(_ray.get_collider() as Node, target)


func _set_up() -> bool:
	var body := Above.body_2d_of(Above.agent_of(self))
	if body == null:
		_fail("no body to look from: place the ZooAgent below a Node2D.")
		return false
	_ray = Rays.make_2d(body, eye, collision_mask)
	_world = _ray.get_world_2d()
	return true


func _make_view() -> Node:
	return View2D.new(_paint)


func _paint(view: View2D) -> void:
	var body := Above.body_2d_of(Above.agent_of(self))
	if body == null or not body.is_inside_tree() or not enabled:
		return
	var tip := body.global_transform * eye
	var forward := body.global_transform.x.normalized()
	var reach := distance if distance > 0.0 else _DRAWN_DISTANCE
	var corners := PackedVector2Array([tip])
	for angle in Rays.fan(_DEBUG_RAYS, field_of_view):
		var away := forward.rotated(angle) * reach
		corners.append(tip + away * _free_share(away))
	view.face(corners, Color(View.AREA, 0.25))
	for i in corners.size():
		view.line(corners[i], corners[(i + 1) % corners.size()], View.AREA)


## How much of the way [param away] from the eye is free. In the editor, nothing is in the way.
func _free_share(away: Vector2) -> float:
	if Engine.is_editor_hint() or not is_instance_valid(_ray) and not _set_up():
		return 1.0
	_ray.target_position = _ray.to_local(_ray.global_position + away)
	_ray.force_raycast_update()
	if not _ray.is_colliding():
		return 1.0
	return _ray.global_position.distance_to(_ray.get_collision_point()) / away.length()


func _get_configuration_warnings() -> PackedStringArray:
	if Above.body_2d_of(Above.agent_of(self)) == null:
		return ["An agent sees from its body: place the ZooAgent below a Node2D."]
	return []
