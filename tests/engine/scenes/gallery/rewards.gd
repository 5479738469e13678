extends ZooEnvironment
## An agent walks about, into a circle and over an edge; a dot for each step tells by its color what
## it earned: the picture of docs/REWARDS.md.

const Floor := preload("floor.gd")
const Scripted := preload("scripted.gd")

## What happens, by the step at which it is shown.
const MOMENTS: Dictionary[int, String] = {
	37: "approach: nearer +, else -",
	61: "reach: + in the circle",
	96: "fall: - below the edge",
}

const _TARGET := Vector3(1.4, 0.0, -0.6)
const _GAIN := Color("5fd068")
const _LOSS := Color("ff5d5d")

var _body: CharacterBody3D
var _agent: Scripted


func _enter_tree() -> void:
	ticks_per_step = 6
	Floor.view(self, Vector3(0.0, 6.6, 5.6), Vector3(0.0, -0.2, 0.15))
	add_child(
		Floor.block(
			StaticBody3D.new(), Vector3(0.0, -0.1, 0.0), Vector3(6.0, 0.2, 3.8), Color("4a5366")
		)
	)
	var target := Floor.disc(_TARGET, 0.8, Color("6c7a99"))
	target.name = "Target"
	add_child(target)
	add_child(Floor.disc(_TARGET + Vector3.UP * 0.01, 0.1, Color("ffcc33")))
	_add_agent()
	step_ended.connect(_show_reward)


func _show_reward() -> void:
	var columns := _agent.info_columns()
	for i in columns.size():
		var earned := _agent.info[i]
		if earned == 0.0:
			continue
		var is_event := columns[i] != "reward/closer"
		var at := _body.position - Vector3(0.0, 0.45 if _body.position.y > 0.0 else 0.0, 0.0)
		var color := _GAIN if earned > 0.0 else _LOSS
		add_child(Floor.disc(at, 0.22 if is_event else 0.07, color))


func _add_agent() -> void:
	_body = CharacterBody3D.new()
	_body.rotation.y = -PI / 2.0
	_agent = Scripted.new()
	_agent.name = "Agent"
	_agent.control_mode = ZooAgent.ControlMode.HEURISTIC
	_agent.plan = [[24, -75, 1], [15, 200, 1], [21, 12, 1], [60, 185, 1]]
	var turn := ZooMoveActuator3D.new()
	turn.strafe = false
	turn.forward = false
	var move := ZooMoveActuator3D.new()
	move.strafe = false
	move.turn = false
	move.speed = 1.1
	for part: Node in [turn, move, _approach(), _reach(), _fall()]:
		_agent.add_child(part)
	_body.add_child(_agent)
	add_child(Floor.walker(_body, Vector3(-2.4, 0.5, 0.4), Color("4aa3ff")))


func _approach() -> ZooReward:
	var approach := ZooApproachReward.new()
	approach.component = "closer"
	approach.amount = 0.01
	approach.penalty = 0.01
	approach.target_path = ^"../../../Target"
	return approach


func _reach() -> ZooReward:
	var reach := ZooReachReward.new()
	reach.component = "there"
	reach.target_path = ^"../../../Target"
	reach.distance = 0.95
	return reach


func _fall() -> ZooReward:
	var fall := ZooFallReward.new()
	fall.component = "fell"
	fall.amount = -1.0
	fall.height = 0.3
	return fall
