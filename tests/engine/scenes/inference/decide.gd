extends SceneTree
## Lets a policy decide for each row of observations in a file: the rows' floats, nothing else.
##
## Usage: `-- POLICY OBSERVATIONS`; prints the actions as one line of JSON.


func _initialize() -> void:
	var arguments := OS.get_cmdline_user_args()
	var policy: ZooPolicy = load(arguments[0])
	var floats := FileAccess.get_file_as_bytes(arguments[1]).to_float32_array()
	var width := 0
	for part in policy.widths:
		width += part
	var rng := RandomNumberGenerator.new()
	rng.seed = 1
	var actions: Array[Variant] = []
	var row := policy.stack * width
	for at in range(0, floats.size(), row):
		var seen := PackedFloat32Array()
		for first in range(at, at + row, width):
			seen.append_array(policy.see(floats.slice(first, first + width)))
		var action: Variant = policy.decide(seen, rng)
		actions.append(action if action is int else Array(action))
	print(JSON.stringify(actions, "", true, true))
	quit()
