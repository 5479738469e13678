extends SceneTree
## Runs the addon's own tests and quits with 0 if there were some and all passed, else with 1:
## [codeblock]
## godot --headless --path godot_plugin --script res://tests/run_tests.gd [-- filter]
## [/codeblock]
## A test is a method test_* of a script tests/test_*.gd that extends zoo_test.gd; it gets a new
## instance of the script. [code]filter[/code] keeps those with "file.method" containing it.

const ZooTest := preload("zoo_test.gd")

const _FOLDER := "res://tests"
const _DEADLINE_SECONDS := 30.0  # for one test

var _passed: int = 0
var _failed: int = 0
var _current: String = ""
var _deadline_msec: int = 0
var _log: RefCounted  # Logger exists since Godot 4.5


func _initialize() -> void:
	if ClassDB.class_exists(&"Logger"):
		_log = (load(_FOLDER.path_join("script_error_log.gd")) as GDScript).new()
		OS.call(&"add_logger", _log)
	_run()


func _process(_delta: float) -> bool:
	if _deadline_msec > 0 and Time.get_ticks_msec() > _deadline_msec:
		_judge(_current, ["did not end within %d s" % _DEADLINE_SECONDS])
		_finish()
	return false


func _run() -> void:
	await process_frame  # the root is not ready before
	for file in DirAccess.get_files_at(_FOLDER):
		if file.begins_with("test_") and file.ends_with(".gd"):
			await _run_file(file)
	_finish()


func _run_file(file: String) -> void:
	var script := load(_FOLDER.path_join(file)) as GDScript
	if script == null or not script.can_instantiate():
		_judge(file, ["does not compile"])
		return
	for method: Dictionary in script.get_script_method_list():
		var method_name: String = method["name"]
		var title := "%s.%s" % [file.get_basename(), method_name]
		if method_name.begins_with("test_") and _is_wanted(title):
			await _run_test(script, method_name, title)


func _run_test(script: GDScript, method: String, title: String) -> void:
	_current = title
	_deadline_msec = Time.get_ticks_msec() + int(_DEADLINE_SECONDS * 1000.0)
	var test: ZooTest = script.new()
	test.begin(self)
	await test.call(method)
	test.end()
	_deadline_msec = 0
	_judge(title, test.failures + _script_errors())


func _is_wanted(title: String) -> bool:
	for argument in OS.get_cmdline_user_args():
		if not argument.begins_with("--") and not title.contains(argument):
			return false
	return true


func _script_errors() -> PackedStringArray:
	return _log.call(&"take") if _log != null else PackedStringArray()


func _judge(title: String, failures: PackedStringArray) -> void:
	if failures.is_empty():
		_passed += 1
		return
	_failed += 1
	for failure in failures:
		print("FAILED %s: %s" % [title, failure])


func _finish() -> void:
	if _log != null:
		OS.call(&"remove_logger", _log)
	print("%d passed, %d failed" % [_passed, _failed])
	quit(0 if _failed == 0 and _passed > 0 else 1)
