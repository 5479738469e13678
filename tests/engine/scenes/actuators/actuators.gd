extends ZooEnvironment
## Two sides and their boxes on a floor with walls: a hider that looks at the box from +Z, a seeker
## that looks at it from -Z, and some boxes that anybody may push about.

const Worker := preload("worker.gd")

const _BOX_MASS := 0.5  # [kg]

## Choices of each element of the agents' movement; 0: values.
@export var choices: int = 5
## Choices of what they grab with.
@export var grab_choices: int = 0
## Whether the agents are characters, not rigid bodies.
@export var characters: bool = false

## The box between the agents, and what locks it.
var box: RigidBody3D
var lockable: ZooLockable3D
var _loose: Array[RigidBody3D] = []


func _init() -> void:
	ticks_per_step = 4


func _enter_tree() -> void:
	_block(StaticBody3D.new(), Vector3(0.0, -0.5, 0.0), Vector3(24.0, 1.0, 24.0))
	for side: float in [-10.0, 10.0]:
		_block(StaticBody3D.new(), Vector3(side, 1.0, 0.0), Vector3(0.2, 2.0, 20.0))
		_block(StaticBody3D.new(), Vector3(0.0, 1.0, side), Vector3(20.0, 2.0, 0.2))
	box = _box(Vector3(0.0, 0.5, 0.0))
	lockable = ZooLockable3D.new()
	box.add_child(lockable)
	for i in 4:
		_loose.append(_box(Vector3(2.0 * i - 3.0, 0.5, 4.0)))
	_agent("Hider", Vector3(0.0, 0.5, 1.6), 0.0)
	_agent("Seeker", Vector3(0.0, 0.5, -1.6), PI)


func _reset(_options: Dictionary) -> void:
	for loose in _loose:
		loose.position += Vector3(rng.randf_range(-0.4, 0.4), 0.0, rng.randf_range(-4.0, 4.0))
		loose.rotation.y = rng.randf_range(-PI, PI)


func _state() -> PackedFloat32Array:
	var values := PackedFloat32Array()
	for body: RigidBody3D in _loose + ([box] as Array[RigidBody3D]):
		var turn := body.quaternion
		values.append_array([body.position.x, body.position.y, body.position.z])
		values.append_array([turn.x, turn.y, turn.z, turn.w])
	return values


func _agent(side: String, at: Vector3, turn: float) -> void:
	var body: PhysicsBody3D = CharacterBody3D.new() if characters else _rigid()
	body.name = side + "Body"
	body.rotation.y = turn
	var worker := Worker.new()
	worker.name = side
	var mover := ZooMoveActuator3D.new()
	mover.choices = choices
	var grab := ZooGrabActuator3D.new()
	grab.group = &"boxes"
	grab.choices = grab_choices
	var near := ZooReachReward.new()
	near.component = "near"
	near.target_group = &"boxes"
	near.distance = 1.3
	var touch := ZooTouchReward.new()
	touch.component = "touch"
	touch.amount = 2.0
	touch.once = false
	touch.target_group = &"boxes"
	for part: Node in [mover, grab, ZooLockActuator3D.new(), near, touch]:
		worker.add_child(part)
	body.add_child(worker)
	_block(body, at, Vector3.ONE)


func _rigid() -> RigidBody3D:
	var body := RigidBody3D.new()
	body.axis_lock_angular_x = true
	body.axis_lock_angular_z = true
	body.linear_damp = 4.0
	body.angular_damp = 4.0
	return body


func _box(at: Vector3) -> RigidBody3D:
	var body := RigidBody3D.new()
	body.mass = _BOX_MASS
	body.add_to_group(&"boxes")
	_block(body, at, Vector3.ONE)
	return body


func _block(body: CollisionObject3D, at: Vector3, size: Vector3) -> void:
	var shape := BoxShape3D.new()
	shape.size = size
	var collision := CollisionShape3D.new()
	collision.shape = shape
	body.add_child(collision)
	body.position = at
	add_child(body)
