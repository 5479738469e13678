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
	var own: Node = body
	while own != null and not own is CollisionObject2D:
		own = own.get_parent()
	if own != null:
		ray.add_exception(own as CollisionObject2D)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## A ray below [param body] from [param origin] in its frame, that ignores the agent's own body.
static func make_3d(body: Node3D, origin: Vector3, mask: int) -> RayCast3D:
	var ray := RayCast3D.new()
	ray.enabled = false
	ray.position = origin
	ray.collision_mask = mask
	var own: Node = body
	while own != null and not own is CollisionObject3D:
		own = own.get_parent()
	if own != null:
		ray.add_exception(own as CollisionObject3D)
	body.add_child(ray, false, Node.INTERNAL_MODE_BACK)
	return ray


## The collision layers of what [param ray] hit.
static func layers_2d(ray: RayCast2D) -> int:
	var hit := ray.get_collider() as CollisionObject2D
	if hit != null:
		return hit.collision_layer
	# A TileMapLayer has bodies, but is none.
	return PhysicsServer2D.body_get_collision_layer(ray.get_collider_rid())


## The collision layers of what [param ray] hit.
static func layers_3d(ray: RayCast3D) -> int:
	var hit := ray.get_collider() as CollisionObject3D
	if hit != null:
		return hit.collision_layer
	# A GridMap or a CSG shape has bodies, but is none.
	return PhysicsServer3D.body_get_collision_layer(ray.get_collider_rid())


## Angles [radians] of [param count] rays that share [param field] degrees evenly, from
## -field / 2 to field / 2; a full circle has no ray twice.
static func fan(count: int, field: float) -> PackedFloat32Array:
	var angles := PackedFloat32Array()
	var gaps := count if field >= 360.0 else count - 1
	for i in count:
		var share := float(i) / gaps - 0.5 if gaps > 0 else 0.0
		angles.append(deg_to_rad(field * share))
	return angles


## Whether rays can be seen at all.
static func has_window() -> bool:
	return DisplayServer.get_name() != "headless"
