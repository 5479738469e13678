extends "actuator_test.gd"
## Two sides lock and unlock boxes in front of them; a locked box does not move.

const ON: PackedFloat32Array = [1.0]
const OFF: PackedFloat32Array = [-1.0]

var _events: Array[String] = []


func test_on_locks_the_nearest_and_off_unlocks_it() -> void:
	var lock := _lock(&"hiders")
	var near := _box(Vector3(0.0, 0.5, -1.2))
	var far := _box(Vector3(1.3, 0.5, -1.0))
	await ticks(2)
	await act(lock.agent, ON)
	check_equal(near.locked_by, &"hiders", "nearest")
	check_equal(far.locked_by, &"", "next")
	await act(lock.agent, ON)
	check_equal(far.locked_by, &"hiders", "then the next")
	await act(lock.agent, OFF, 2)
	check_equal([near.locked_by, far.locked_by], [&"", &""], "unlocked, one per step")
	check_equal(_events.count("locked hiders"), 2, "signals")
	check_equal(_events.count("unlocked hiders"), 2, "signals")


func test_the_other_side_cannot_unlock() -> void:
	var hider := _lock(&"hiders")
	var seeker := _lock(&"seekers", Vector3(0.0, 0.5, -3.0), PI)
	var box := _box(Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(hider.agent, ON)
	for action: PackedFloat32Array in [OFF, ON, OFF]:
		await act(seeker.agent, action)
		check_equal(box.locked_by, &"hiders", "locked by")
	check(not box.unlock(&"seekers") and not box.lock(&"seekers"), "nor by a script")
	check(box.unlock(&"hiders") and not box.unlock(&"hiders"), "once by its own side")


func test_out_of_reach_or_behind_stays_as_it_is() -> void:
	var lock := _lock(&"hiders")
	var body := lock.agent.get_parent() as Node3D
	var box := _box(Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(lock.agent, ON)
	body.position.z = 5.0
	await act(lock.agent, OFF)
	check_equal(box.locked_by, &"hiders", "too far to unlock")
	body.position.z = 0.0
	body.rotation.y = PI
	await act(lock.agent, OFF)
	check_equal(box.locked_by, &"hiders", "turned away")
	body.rotation.y = 0.0
	await act(lock.agent, OFF)
	check_equal(box.locked_by, &"", "in front again")


func test_a_locked_body_stays_and_an_unlocked_one_moves() -> void:
	floor_3d()
	var box := _box(Vector3(0.0, 0.5, -1.5))
	var body := box.get_parent() as RigidBody3D
	await ticks(30)
	box.lock(&"hiders")
	var before := body.global_position
	for i in 30:
		body.apply_central_impulse(Vector3(0.0, 0.0, 2.0))
		await ticks(1)
	check_equal(body.global_position, before, "place")
	box.unlock(&"hiders")
	body.apply_central_impulse(Vector3(0.0, 0.0, 4.0))
	await ticks(10)
	check(body.global_position.distance_to(before) > 0.1, "moves again")


func test_a_locked_body_cannot_be_held() -> void:
	var grab := ZooGrabActuator3D.new()
	grab.group = &"boxes"
	var lock := ZooLockActuator3D.new()
	var agent := agent_on(_body(Vector3(0.0, 0.5, 0.0), 0.0), [grab, lock])
	var box := _box(Vector3(0.0, 0.5, -1.5))
	await ticks(2)
	await act(agent, PackedFloat32Array([1.0, -1.0]))
	check(grab.held == box.get_parent(), "held")
	await act(agent, PackedFloat32Array([1.0, 1.0]))
	check_equal(box.locked_by, &"runner", "locked for the agent's policy group")
	check(grab.held == null, "no longer held")


func test_warnings() -> void:
	var lockable := ZooLockable3D.new()
	add(lockable)
	check_equal(lockable._get_configuration_warnings().size(), 1, "no body")
	check(not lockable.lock(&"hiders"), "nothing to lock")
	check_equal(_box(Vector3.ZERO)._get_configuration_warnings().size(), 0, "below a body")
	var lock := ZooLockActuator3D.new()
	add(lock)
	check_equal(lock._get_configuration_warnings().size(), 2, "no agent, no body")


func _lock(side: StringName, at := Vector3(0.0, 0.5, 0.0), turn := 0.0) -> ZooLockActuator3D:
	var lock := ZooLockActuator3D.new()
	lock.side = side
	agent_on(_body(at, turn), [lock])
	return lock


func _body(at: Vector3, turn: float) -> CharacterBody3D:
	var body := CharacterBody3D.new()
	block_3d(body, at, Vector3.ONE)
	body.rotation.y = turn
	return body


func _box(at: Vector3) -> ZooLockable3D:
	var body := RigidBody3D.new()
	body.add_to_group(&"boxes")
	var lockable := ZooLockable3D.new()
	lockable.locked.connect(_note.bind("locked"))
	lockable.unlocked.connect(_note.bind("unlocked"))
	body.add_child(lockable)
	block_3d(body, at, Vector3.ONE)
	return lockable


func _note(side: StringName, event: String) -> void:
	_events.append("%s %s" % [event, side])
