extends RefCounted
## Whether a body or an area touches something, in 2D and in 3D.

const _CONTACTS := 8  # of a rigid body, if its author asked for none


## Lets [param body] know its contacts, if it is a rigid body.
static func watch(body: Node) -> void:
	if body is RigidBody3D:
		var solid := body as RigidBody3D
		solid.contact_monitor = true
		solid.max_contacts_reported = maxi(solid.max_contacts_reported, _CONTACTS)
	elif body is RigidBody2D:
		var flat := body as RigidBody2D
		flat.contact_monitor = true
		flat.max_contacts_reported = maxi(flat.max_contacts_reported, _CONTACTS)


## Whether [param body] is something that can touch.
static func can_touch(body: Node) -> bool:
	return body is CollisionObject3D or body is CollisionObject2D


## Whether the contacts of [param body] are those of its last move_and_slide().
static func moves_itself(body: Node) -> bool:
	return body is CharacterBody3D or body is CharacterBody2D


## Whether [param body] touches [param target].
static func touches(body: Node, target: Node) -> bool:
	if body is Node3D and target is Node3D:
		return _touches_3d(body as Node3D, target as Node3D)
	if body is Node2D and target is Node2D:
		return _touches_2d(body as Node2D, target as Node2D)
	return false


static func _touches_3d(body: Node3D, target: Node3D) -> bool:
	if target is Area3D:
		var area := target as Area3D
		return area.overlaps_area(body) if body is Area3D else area.overlaps_body(body)
	if body is Area3D:
		return (body as Area3D).overlaps_body(target)
	if body is RigidBody3D:
		return target in (body as RigidBody3D).get_colliding_bodies()
	var character := body as CharacterBody3D
	for i in character.get_slide_collision_count() if character != null else 0:
		var hit := character.get_slide_collision(i)
		for j in hit.get_collision_count():
			if hit.get_collider(j) == target:
				return true
	return false


static func _touches_2d(body: Node2D, target: Node2D) -> bool:
	if target is Area2D:
		var area := target as Area2D
		return area.overlaps_area(body) if body is Area2D else area.overlaps_body(body)
	if body is Area2D:
		return (body as Area2D).overlaps_body(target)
	if body is RigidBody2D:
		return target in (body as RigidBody2D).get_colliding_bodies()
	var character := body as CharacterBody2D
	for i in character.get_slide_collision_count() if character != null else 0:
		if character.get_slide_collision(i).get_collider() == target:
			return true
	return false
