extends RefCounted
## Which bodies an agent can reach: near, in front of it, behind nothing.
##
## How far a body is, is measured to the nearest point of its bounding box, not to its centre: one
## end of a long box is in reach when one stands before it.

const GroupMembers := preload("../runtime/group_members.gd")
const Rays := preload("../sensors/rays.gd")


## A body, and what need not be asked again in an episode.
class Candidate:
	extends RefCounted
	## The body.
	var body: RigidBody3D
	## The member of the group: the body itself, or the node below it that was searched for.
	var member: Node
	## What the body's shapes fill, in its frame.
	var box: AABB

	func _init(of_member: Node) -> void:
		member = of_member
		body = of_member as RigidBody3D
		if body == null:
			body = of_member.get_parent() as RigidBody3D
		if body != null:
			box = preload("reach.gd").box_of(body)

	## Whether it is still there.
	func is_here() -> bool:
		return is_instance_valid(member) and body != null and body.is_inside_tree()

	## The point of the box that is nearest to [param from].
	func nearest_point(from: Vector3) -> Vector3:
		var place := body.global_transform
		return place * (place.affine_inverse() * from).clamp(box.position, box.end)


var _body: Node3D
var _ray: RayCast3D
var _reach: float
var _cosine: float
var _members: GroupMembers
var _version: int = 0  # of the members that the candidates were made of
var _candidates: Array[Candidate] = []


## For the [param body] of [param agent], that reaches [param reach] far [m] from [param hand] in
## its frame, in a cone of [param angle] degrees in front of it, to members of [param group]: rigid
## bodies, or nodes below one. What is on layers of [param walls] is in the way.
func _init(
	body: Node3D,
	agent: ZooAgent,
	group: StringName,
	hand: Vector3,
	reach: float,
	angle: float,
	walls: int
) -> void:
	_body = body
	_reach = reach
	_cosine = cos(deg_to_rad(angle) / 2.0)
	_members = GroupMembers.new(group, agent)
	_ray = Rays.make_3d(body, hand, walls)


## The nearest body in reach for whose member [param accepts] returns true; null if there is none.
func nearest(accepts: Callable) -> Candidate:
	var from := _ray.global_position
	var forward := -_body.global_basis.z.normalized()
	var found: Candidate = null
	var least := INF
	for candidate in _listed():
		if not candidate.is_here() or not accepts.call(candidate.member):
			continue
		var point := candidate.nearest_point(from)
		var away := point - from
		var distance := away.length()
		if distance > _reach or distance >= least or away.dot(forward) < _cosine * distance:
			continue
		if _is_free(point, candidate.body):
			found = candidate
			least = distance
	return found


## What the shapes of [param body] fill, in its frame.
static func box_of(body: RigidBody3D) -> AABB:
	var box := AABB()
	var is_first := true
	for owner_id in body.get_shape_owners():
		var place := body.shape_owner_get_transform(owner_id)
		for i in body.shape_owner_get_shape_count(owner_id):
			var part := place * _bounds(body.shape_owner_get_shape(owner_id, i))
			box = part if is_first else box.merge(part)
			is_first = false
	return box


## What [param shape] fills. Of those that a rigid body may have, all but a separation ray.
static func _bounds(shape: Shape3D) -> AABB:
	var half := Vector3.ZERO
	if shape is BoxShape3D:
		half = (shape as BoxShape3D).size / 2.0
	elif shape is SphereShape3D:
		half = Vector3.ONE * (shape as SphereShape3D).radius
	elif shape is CapsuleShape3D:
		var capsule := shape as CapsuleShape3D
		half = Vector3(capsule.radius, capsule.height / 2.0, capsule.radius)
	elif shape is CylinderShape3D:
		var cylinder := shape as CylinderShape3D
		half = Vector3(cylinder.radius, cylinder.height / 2.0, cylinder.radius)
	elif shape is ConvexPolygonShape3D:
		return _around((shape as ConvexPolygonShape3D).points)
	return AABB(-half, 2.0 * half)


static func _around(points: PackedVector3Array) -> AABB:
	if points.is_empty():
		return AABB()
	var box := AABB(points[0], Vector3.ZERO)
	for point in points:
		box = box.expand(point)
	return box


func _listed() -> Array[Candidate]:
	var members := _members.list()
	if _members.version != _version:
		_version = _members.version
		_candidates.clear()
		for member in members:
			_candidates.append(Candidate.new(member))
	return _candidates


func _is_free(point: Vector3, body: RigidBody3D) -> bool:
	_ray.target_position = _ray.to_local(point)
	_ray.force_raycast_update()
	return not _ray.is_colliding() or _ray.get_collider() == body
