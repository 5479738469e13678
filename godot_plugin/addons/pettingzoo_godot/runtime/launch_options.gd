extends RefCounted
## How this engine was started: user arguments, environment, or the connection file
## (docs/PROTOCOL.md 1.4 and 1.5).

const TOKEN_VARIABLE := "PETTINGZOO_GODOT_TOKEN"

static var _refused: String = ""

## Address of the trainer; empty: none.
var url: String = ""
## What shows the trainer that we are its engine.
var token: String = ""
## Whether this engine may sleep until a packet comes: it has no window to keep alive.
var may_block: bool = false
## Benchmark: steps to drive without any trainer; 0: none.
var engine_only_steps: int = 0
## Copies of the scene to run side by side; 0: as many as the scene says.
var arenas: int = 0
## Values of fixed parameters, and in a game of all others, by name.
var parameters: Dictionary = {}
## Size of the pictures that it is to draw when asked [px]; zero: it draws none.
var picture_size: Vector2i = Vector2i.ZERO
## ID of the agent that a person plays, while all others play by their policies or heuristics;
## empty: the scene decides.
var player: String = ""
## Files of the policies that play, by policy group; of other groups, the scene decides.
var policies: Dictionary = {}
## Process ID of the trainer that started this engine; 0: nobody did.
var trainer_pid: int = 0


## The options among the engine's user arguments.
static func from_command_line() -> RefCounted:
	var options := new()
	for argument in OS.get_cmdline_user_args():
		var parts := argument.split("=", true, 1)
		var value := parts[1] if parts.size() == 2 else ""
		match parts[0]:
			"--zoo-url":
				options.url = value
			"--zoo-wait":
				options.may_block = value == "block"
			"--zoo-engine-only":
				options.engine_only_steps = int(value)
			"--zoo-arenas":
				options.arenas = int(value)
			"--zoo-parameters":
				options.parameters = JSON.parse_string(value)
			"--zoo-player":
				options.player = value
			"--zoo-policies":
				options.policies = JSON.parse_string(value)
			"--zoo-trainer-pid":
				options.trainer_pid = int(value)
			"--zoo-picture":
				var sides := value.split("x")
				options.picture_size = Vector2i(int(sides[0]), int(sides[-1]))
	options.token = OS.get_environment(TOKEN_VARIABLE)
	return options


## Size of the project's window [px]: what its scenes are drawn for.
static func window_size() -> Vector2i:
	const SIDE := "display/window/size/viewport_%s"
	return Vector2i(
		ProjectSettings.get_setting(SIDE % "width"), ProjectSettings.get_setting(SIDE % "height")
	)


## Path of the connection file.
static func connection_file() -> String:
	return OS.get_data_dir().path_join("pettingzoo_godot/connection.json")


## Says that the connection file led nowhere: its Python was killed, and left it behind.
static func refuse_connection_file() -> void:
	_refused = FileAccess.get_file_as_string(connection_file())


## Reads the connection file of a Python process that waits for a scene from the editor.
## Returns whether there is one that was not refused before.
func read_connection_file() -> bool:
	if not FileAccess.file_exists(connection_file()):
		return false
	var text := FileAccess.get_file_as_string(connection_file())
	if text == _refused:
		return false
	var json := JSON.new()  # unlike JSON.parse_string, silent about what is no JSON
	json.parse(text)
	var content: Dictionary = json.data if typeof(json.data) == TYPE_DICTIONARY else {}
	url = str(content.get("url", ""))
	token = str(content.get("token", ""))
	return url != ""
