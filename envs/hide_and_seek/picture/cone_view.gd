extends MeshInstance3D
## What a player sees of the floor: its cone, cut off by walls, boxes and ramps.

const Paint := preload("paint.gd")
const Player := preload("../player.gd")
const PlayerAgent := preload("../player_agent.gd")

const _RAYS := 64
const _REACH := 7.0  # m, as far as it is drawn; sight has no end
const _GROUND := 0.02  # m, above the floor

var _agent: PlayerAgent
var _fan: ImmediateMesh = ImmediateMesh.new()
var _query: PhysicsRayQueryParameters3D = PhysicsRayQueryParameters3D.new()


func _init(agent: PlayerAgent) -> void:
	_agent = agent
	mesh = _fan
	top_level = true
	cast_shadow = GeometryInstance3D.SHADOW_CASTING_SETTING_OFF
	var material := StandardMaterial3D.new()
	material.shading_mode = BaseMaterial3D.SHADING_MODE_UNSHADED
	material.transparency = BaseMaterial3D.TRANSPARENCY_ALPHA
	material.vertex_color_use_as_albedo = true
	material.cull_mode = BaseMaterial3D.CULL_DISABLED
	material.render_priority = 0 if agent.player.is_hider else 1
	material_override = material
	_query.collision_mask = agent.vision.collision_mask


## Shows what is.
func update(is_alarmed: bool) -> void:
	_fan.clear_surfaces()
	if _agent.is_blind:
		return
	var player := _agent.player
	var color := Paint.of_side(player.side)
	var strength := 0.16 if player.is_hider else 0.62 if is_alarmed else 0.4
	var near := Color(color, strength)
	var far := Color(color, 0.25 * strength)
	var eye := player.global_transform * _agent.vision.eye
	var field := deg_to_rad(_agent.vision.field_of_view)
	_fan.surface_begin(Mesh.PRIMITIVE_TRIANGLES)
	var last := Vector3.ZERO
	for i in _RAYS + 1:
		var angle := field * (float(i) / _RAYS - 0.5)
		var end := _end(eye, -player.global_basis.z.rotated(Vector3.UP, angle))
		if i > 0:
			_add(Vector3(eye.x, _GROUND, eye.z), near)
			_add(last, near.lerp(far, last.distance_to(eye) / _REACH))
			_add(end, near.lerp(far, end.distance_to(eye) / _REACH))
		last = end
	_fan.surface_end()


func _end(eye: Vector3, direction: Vector3) -> Vector3:
	_query.from = eye
	_query.to = eye + direction * _REACH
	var hit := get_world_3d().direct_space_state.intersect_ray(_query)
	var end: Vector3 = hit["position"] if not hit.is_empty() else _query.to
	return Vector3(end.x, _GROUND, end.z)


func _add(corner: Vector3, color: Color) -> void:
	_fan.surface_set_color(color)
	_fan.surface_add_vertex(corner)
