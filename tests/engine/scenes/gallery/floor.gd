extends RefCounted
## Makes the solid things that the pictures of actuators and rewards show, with their looks.


## A cuboid [param body] at [param at], its centre.
static func block(body: PhysicsBody3D, at: Vector3, size: Vector3, color: Color) -> PhysicsBody3D:
	var box := BoxShape3D.new()
	box.size = size
	var mesh := BoxMesh.new()
	mesh.size = size
	return _solid(body, box, mesh, at, color)


## An upright [param body] of 1 m that looks along -Z, with its centre at [param at].
static func walker(body: PhysicsBody3D, at: Vector3, color: Color) -> PhysicsBody3D:
	var cylinder := CylinderShape3D.new()
	cylinder.radius = 0.4
	cylinder.height = 1.0
	var mesh := CapsuleMesh.new()
	mesh.radius = 0.4
	mesh.height = 1.2
	var nose := MeshInstance3D.new()
	nose.mesh = BoxMesh.new()
	(nose.mesh as BoxMesh).size = Vector3(0.5, 0.16, 0.3)
	nose.position = Vector3(0.0, 0.18, -0.32)
	paint(nose, Color.WHITE)
	body.add_child(nose)
	return _solid(body, cylinder, mesh, at, color)


## Gives [param mesh] one color.
static func paint(mesh: MeshInstance3D, color: Color) -> void:
	var material := StandardMaterial3D.new()
	material.albedo_color = color
	mesh.material_override = material


## A disc on the floor.
static func disc(at: Vector3, radius: float, color: Color) -> MeshInstance3D:
	var mesh := CylinderMesh.new()
	mesh.top_radius = radius
	mesh.bottom_radius = radius
	mesh.height = 0.02
	var instance := MeshInstance3D.new()
	instance.mesh = mesh
	instance.position = at
	paint(instance, color)
	return instance


## A light, a sky of one color, and a camera at [param from] that looks at [param to].
static func view(parent: Node, from: Vector3, to: Vector3) -> void:
	var sun := DirectionalLight3D.new()
	sun.rotation_degrees = Vector3(-55.0, -35.0, 0.0)
	sun.shadow_enabled = true
	sun.light_energy = 0.7
	var world := WorldEnvironment.new()
	world.environment = Environment.new()
	world.environment.background_mode = Environment.BG_COLOR
	world.environment.background_color = Color("20242c")
	world.environment.ambient_light_source = Environment.AMBIENT_SOURCE_COLOR
	world.environment.ambient_light_color = Color("8f99ad")
	world.environment.ambient_light_energy = 0.5
	var camera := Camera3D.new()
	camera.fov = 34.0
	camera.look_at_from_position(from, to)
	for node: Node in [sun, world, camera]:
		parent.add_child(node)


static func _solid(
	body: PhysicsBody3D, shape: Shape3D, mesh: Mesh, at: Vector3, color: Color
) -> PhysicsBody3D:
	var collision := CollisionShape3D.new()
	collision.shape = shape
	var instance := MeshInstance3D.new()
	instance.name = "Mesh"
	instance.mesh = mesh
	paint(instance, color)
	body.add_child(collision)
	body.add_child(instance)
	body.position = at
	return body
