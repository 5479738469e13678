extends Node3D
## A plate with an agent in its middle, and things around it that only this agent senses.

const _PLATE := Vector3(7.6, 0.2, 5.7)  # m

## The agent's body; it looks along -Z.
var body: StaticBody3D
## The agent of this stand.
var agent: ZooAgent
## The group of its boxes.
var boxes: StringName
## The group of its balls.
var balls: StringName
var _noise: float


func _init(agent_name: String, title: String, noise: float) -> void:
	_noise = noise
	boxes = agent_name + "Boxes"
	balls = agent_name + "Balls"
	agent = ZooAgent.new()
	agent.name = agent_name
	agent.action_space = ZooDiscrete.choices(2)
	_add(BoxMesh.new(), _PLATE, Vector3(0.0, -0.5, -0.1), Color("3c4454"))
	body = _solid(CapsuleMesh.new(), Vector3(0.5, 0.4, 0.5), Vector3.ZERO, Color("4aa3ff"))
	var nose := _mesh(BoxMesh.new(), Vector3(0.3, 0.15, 0.2), Color.WHITE)
	nose.position = Vector3(0.0, 0.1, -0.25)
	body.add_child(nose)
	body.add_child(agent)
	var label := Label3D.new()
	label.text = title
	label.font_size = 60
	label.outline_size = 16
	label.pixel_size = 0.008
	label.rotation.x = -PI / 2.0
	label.position = Vector3(0.0, -0.35, 2.2)
	add_child(label)


## Lets the agent have [param sensor], and shows what it senses.
func add_sensor(sensor: ZooSensor) -> void:
	sensor.set(&"debug_draw", true)
	sensor.noise = _noise
	agent.add_child(sensor)


## A box in the group [member boxes].
func add_box(at: Vector3) -> Node3D:
	return _thing(_solid(BoxMesh.new(), Vector3.ONE * 0.7, at, Color("d9a35b")), boxes)


## A ball in the group [member balls].
func add_ball(at: Vector3) -> Node3D:
	return _thing(_solid(SphereMesh.new(), Vector3.ONE * 0.6, at, Color("b07cf0")), balls)


## A wall, which is in no group.
func add_wall(at: Vector3, size: Vector3) -> void:
	_solid(BoxMesh.new(), size, at, Color("8791a5"))


func _thing(node: Node3D, group: StringName) -> Node3D:
	node.add_to_group(group)
	return node


func _solid(mesh: PrimitiveMesh, size: Vector3, at: Vector3, color: Color) -> StaticBody3D:
	var solid := StaticBody3D.new()
	var shape := CollisionShape3D.new()
	if mesh is BoxMesh:
		var box := BoxShape3D.new()
		box.size = size
		shape.shape = box
	else:
		var ball := SphereShape3D.new()
		ball.radius = size.x * 0.5
		shape.shape = ball
	solid.add_child(shape)
	solid.add_child(_mesh(mesh, size, color))
	solid.position = at
	add_child(solid)
	return solid


func _add(mesh: PrimitiveMesh, size: Vector3, at: Vector3, color: Color) -> void:
	var instance := _mesh(mesh, size, color)
	instance.position = at
	add_child(instance)


func _mesh(mesh: PrimitiveMesh, size: Vector3, color: Color) -> MeshInstance3D:
	var material := StandardMaterial3D.new()
	material.albedo_color = color
	mesh.material = material
	var instance := MeshInstance3D.new()
	instance.mesh = mesh
	instance.scale = size / mesh.get_aabb().size
	return instance
