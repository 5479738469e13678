extends Logger
## Turns script errors into faults, so that Python raises them instead of training on.
##
## [Logger] is new in Godot 4.5: bridge.gd loads this file only where the class exists; in 4.4
## script errors appear in the engine's log alone.

const Faults := preload("faults.gd")


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
	# Errors of other threads are not this scene's step; deferring them would blame the wrong step.
	if error_type != ERROR_TYPE_SCRIPT or OS.get_thread_caller_id() != OS.get_main_thread_id():
		return
	var what := rationale if rationale != "" else code
	Faults.note("script error in %s (%s:%d): %s" % [function, file, line, what], Faults.subject)
