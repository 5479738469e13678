extends ZooAgent
## Tells what it observed last and does, one JSON line for each step. Has the policy that is named
## on the command line: --own=FILE.

const _OWN := "--own="

var _seen: Dictionary[String, PackedFloat32Array] = {}


func _init() -> void:
	action_space = ZooBox.vector(2)
	for argument in OS.get_cmdline_user_args():
		if argument.begins_with(_OWN):
			policy = load(argument.trim_prefix(_OWN))


func _observe() -> Variant:
	var part := environment.step_count / 10.0
	_seen = {"near": PackedFloat32Array([part, 1.0]), "far": PackedFloat32Array([-part])}
	return _seen


func _act(action: Variant) -> void:
	var line := {
		"agent": resolved_id(), "step": environment.step_count, "seen": _seen, "action": action
	}
	print(JSON.stringify(line, "", true, true))
