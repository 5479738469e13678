extends RefCounted
## Rays for the sensors: RayCast nodes that follow a body and never run by themselves.
##
## One node casts all rays of a sensor, aimed anew for each: 3 % slower per ray than a node for
## each, but an episode's new instance makes one node instead of dozens (2.4 µs each), and a
## moving body drags one along. force_raycast_update() of a typed node costs half of
## intersect_ray(), which makes a dictionary per ray.


## A ray below [param body] from [param origin] in its frame, that ignores the agent's own body.
static func make_2d(body: Node2D, origin: Vector2, mask: int) -> RayCast2D:
	var ray := RayCast2D.new()
	ray.enabled = false
	ray.position = origin
	ray.collision_mask = mask
	var own := _own_2d(body)
	if own != null:
		ray.add_exception(own)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## The same with a [param radius].
static func make_thick_2d(body: Node2D, origin: Vector2, radius: float, mask: int) -> ShapeCast2D:
	var ray := ShapeCast2D.new()
	var ball := CircleShape2D.new()
	ball.radius = radius
	ray.shape = ball
	ray.max_results = 1
	ray.enabled = false
	ray.position = origin
	ray.collision_mask = mask
	var own := _own_2d(body)
	if own != null:
		ray.add_exception(own)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## A ray below [param body] from [param origin] in its frame, that ignores the agent's own body.
static func make_3d(body: Node3D, origin: Vector3, mask: int) -> RayCast3D:
	var ray := RayCast3D.new()
	ray.enabled = false
	ray.position = origin
	ray.collision_mask = mask
	var own := _own_3d(body)
	if own != null:
		ray.add_exception(own)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## The same with a [param radius].
static func make_thick_3d(body: Node3D, origin: Vector3, radius: float, mask: int) -> ShapeCast3D:
	var ray := ShapeCast3D.new()
	var ball := SphereShape3D.new()
	ball.radius = radius
	ray.shape = ball
	ray.max_results = 1
	ray.enabled = false
	ray.position = origin
	ray.collision_mask = mask
	var own := _own_3d(body)
	if own != null:
		ray.add_exception(own)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## The collision layers of what a ray has [param hit]; [param rid] is its body's.
static func layers_2d(hit: Object, rid: RID) -> int:
	var body := hit as CollisionObject2D
	if body != null:
		return body.collision_layer
	# A TileMapLayer has bodies, but is none.
	return PhysicsServer2D.body_get_collision_layer(rid)


## The collision layers of what a ray has [param hit]; [param rid] is its body's.
static func layers_3d(hit: Object, rid: RID) -> int:
	var body := hit as CollisionObject3D
	if body != null:
		return body.collision_layer
	# A GridMap or a CSG shape has bodies, but is none.
	return PhysicsServer3D.body_get_collision_layer(rid)


## Angles [radians] of [param count] rays that share [param field] degrees evenly, from
## -field / 2 to field / 2; a full circle has no ray twice.
static func fan(count: int, field: float) -> PackedFloat32Array:
	var angles := PackedFloat32Array()
	var gaps := count if field >= 360.0 else count - 1
	for i in count:
		var share := float(i) / gaps - 0.5 if gaps > 0 else 0.0
		angles.append(deg_to_rad(field * share))
	return angles


static func _own_3d(body: Node3D) -> CollisionObject3D:
	var own: Node = body
	while own != null and not own is CollisionObject3D:
		own = own.get_parent()
	return own as CollisionObject3D


static func _own_2d(body: Node2D) -> CollisionObject2D:
	var own: Node = body
	while own != null and not own is CollisionObject2D:
		own = own.get_parent()
	return own as CollisionObject2D
