extends ZooEnvironment
## An agent pushes a box, takes hold of it, drags it along and locks it: the picture of
## docs/ACTUATORS.md.

const Floor := preload("floor.gd")
const Scripted := preload("scripted.gd")

## What happens, by the step at which it is shown.
const MOMENTS: Dictionary[int, String] = {
	20: "forward: pushes the box",
	34: "grab, turn: it comes along",
	67: "grab, backward: it is pulled",
	95: "lock: it stays, whoever pushes",
}

var _box: RigidBody3D
var _agent_body: RigidBody3D


func _enter_tree() -> void:
	ticks_per_step = 6
	Floor.view(self, Vector3(0.2, 6.6, 5.0), Vector3(0.2, 0.0, 0.35))
	add_child(
		Floor.block(
			StaticBody3D.new(), Vector3(0.0, -0.1, 0.0), Vector3(24.0, 0.2, 16.0), Color("4a5366")
		)
	)
	_add_box()
	_add_agent()


func _after_step() -> void:
	if step_count % 3 == 0 and step_count < 100:
		add_child(Floor.disc(_on_floor(_box), 0.06, Color("d9a35b")))
		add_child(Floor.disc(_on_floor(_agent_body), 0.06, Color("4aa3ff")))


func _on_floor(body: Node3D) -> Vector3:
	return Vector3(body.position.x, 0.01, body.position.z)


func _add_box() -> void:
	_box = RigidBody3D.new()
	_box.mass = 0.6
	_box.physics_material_override = _slippery()
	_box.add_to_group(&"boxes")
	var lockable := ZooLockable3D.new()
	lockable.locked.connect(_show_lock.unbind(1))
	_box.add_child(lockable)
	add_child(Floor.block(_box, Vector3(-1.1, 0.4, 0.6), Vector3.ONE * 0.8, Color("d9a35b")))


func _show_lock() -> void:
	Floor.paint(_box.get_node(^"Mesh") as MeshInstance3D, Color("4aa3ff"))


func _add_agent() -> void:
	_agent_body = RigidBody3D.new()
	_agent_body.axis_lock_angular_x = true
	_agent_body.axis_lock_angular_z = true
	_agent_body.linear_damp = 5.0
	_agent_body.angular_damp = 12.0
	_agent_body.physics_material_override = _slippery()
	_agent_body.rotation.y = -PI / 2.0
	var agent := Scripted.new()
	agent.name = "Agent"
	agent.control_mode = ZooAgent.ControlMode.HEURISTIC
	agent.plan = [
		[22, -90, 0.6, -1, -1],
		[22, 80, 0, 1, -1],
		[24, 80, -0.7, 1, -1],
		[2, 80, 0, 1, 1],
		[10, 80, -0.5, -1, 1],
		[30, 80, 0.8, -1, 1],
	]
	var turn := ZooMoveActuator3D.new()
	turn.strafe = false
	turn.forward = false
	turn.torque = 20.0
	var move := ZooMoveActuator3D.new()
	move.strafe = false
	move.turn = false
	move.force = 12.0
	var grab := ZooGrabActuator3D.new()
	grab.group = &"boxes"
	for actuator: ZooActuator in [turn, move, grab, ZooLockActuator3D.new()]:
		agent.add_child(actuator)
	_agent_body.add_child(agent)
	add_child(Floor.walker(_agent_body, Vector3(-2.9, 0.5, 0.6), Color("4aa3ff")))


func _slippery() -> PhysicsMaterial:
	var material := PhysicsMaterial.new()
	material.friction = 0.2
	return material
