extends Logger
## Collects script errors, so that a test whose code fails does not pass. [Logger] is new in Godot
## 4.5: run_tests.gd loads this file only where the class exists.

var _errors: PackedStringArray = []
var _mutex: Mutex = Mutex.new()


## The script errors since the last call.
func take() -> PackedStringArray:
	_mutex.lock()
	var taken := _errors
	_errors = PackedStringArray()
	_mutex.unlock()
	return taken


func _log_error(
	function: String,
	file: String,
	line: int,
	code: String,
	rationale: String,
	_editor_notify: bool,
	error_type: int,
	_backtraces: Array[ScriptBacktrace]
) -> void:
	if error_type != ERROR_TYPE_SCRIPT:
		return
	_mutex.lock()
	_errors.append("%s (%s:%d in %s)" % [rationale if rationale else code, file, line, function])
	_mutex.unlock()
