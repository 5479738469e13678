extends "zoo_test.gd"
## What an engine learns from its command line, its environment and the connection file.

const LaunchOptions := preload("res://addons/pettingzoo_godot/runtime/launch_options.gd")


## tests/engine/test_gdscript.py starts the runner with and without these arguments.
func test_command_line() -> void:
	var options: LaunchOptions = LaunchOptions.from_command_line()
	var seen := [options.url, options.may_block, options.engine_only_steps, options.trainer_pid]
	seen.append_array([options.arenas, options.picture_size])
	if OS.get_cmdline_user_args().has("--zoo-wait=block"):
		check_equal(seen, ["ws://127.0.0.1:1/?a=b", true, 7, 42, 5, Vector2i(640, 360)], "options")
	else:
		check_equal(seen, ["", false, 0, 0, 0, Vector2i.ZERO], "options")


func test_token_from_the_environment() -> void:
	OS.set_environment(LaunchOptions.TOKEN_VARIABLE, "secret")
	var options: LaunchOptions = LaunchOptions.from_command_line()
	check_equal(options.token, "secret", "token")
	OS.unset_environment(LaunchOptions.TOKEN_VARIABLE)


func test_connection_file() -> void:
	_with_file('{"url": "ws://127.0.0.1:5", "token": "secret"}', true, "ws://127.0.0.1:5")


func test_broken_connection_files() -> void:
	for content: String in ["[]", "{}", '{"token": "secret"}']:
		_with_file(content, false, "")


func test_no_connection_file() -> void:
	_with_file("", false, "")


func _with_file(content: String, found: bool, url: String) -> void:
	var folder := DirAccess.create_temp("zoo_test")
	var before := OS.get_environment("XDG_DATA_HOME")
	OS.set_environment("XDG_DATA_HOME", folder.get_current_dir())
	folder.make_dir("pettingzoo_godot")
	var path := LaunchOptions.connection_file()
	check_equal(
		path, folder.get_current_dir().path_join("pettingzoo_godot/connection.json"), "path"
	)
	if content != "":
		FileAccess.open(path, FileAccess.WRITE).store_string(content)
	var options := LaunchOptions.new()
	check_equal(options.read_connection_file(), found, "found %s" % content)
	check_equal(options.url, url, "url in %s" % content)
	if found:
		check_equal(options.token, "secret", "token in %s" % content)
	if before == "":
		OS.unset_environment("XDG_DATA_HOME")
	else:
		OS.set_environment("XDG_DATA_HOME", before)
