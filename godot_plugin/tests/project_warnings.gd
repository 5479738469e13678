extends SceneTree
## Loads every script of the project and quits with 1 if one has an error:
## [codeblock]
## godot --headless --path godot_plugin --script res://tests/project_warnings.gd [-- override]
## [/codeblock]
## Godot shows warnings in the editor's script window alone, where no program can count them. With
## [code]override[/code] this prints an override.cfg that makes each of them an error; beside
## project.godot, it takes effect at the next start.

const _SETTINGS := "debug/gdscript/warnings/"
const _AS_WARNING := 1
const _AS_ERROR := 2


func _initialize() -> void:
	if "override" in OS.get_cmdline_user_args():
		_print_override()
		quit()
		return
	var failed := PackedStringArray()
	var paths := _scripts("res://")
	for path in paths:
		if load(path) == null:
			failed.append(path)
	print("%d scripts, failed: %s" % [paths.size(), ", ".join(failed) if failed else "none"])
	quit(0 if failed.is_empty() and not paths.is_empty() else 1)


func _print_override() -> void:
	print("[debug]")
	for property in ProjectSettings.get_property_list():
		var setting: String = property["name"]
		if setting.begins_with(_SETTINGS) and property["type"] == TYPE_INT:
			if ProjectSettings.get_setting(setting) == _AS_WARNING:
				print("%s=%d" % [setting.trim_prefix("debug/"), _AS_ERROR])


func _scripts(folder: String) -> PackedStringArray:
	var found := PackedStringArray()
	if FileAccess.file_exists(folder.path_join(".gdignore")):
		return found
	for file in DirAccess.get_files_at(folder):
		if file.ends_with(".gd") and file.get_basename() not in _later():
			found.append(folder.path_join(file))
	for sub in DirAccess.get_directories_at(folder):
		found.append_array(_scripts(folder.path_join(sub)))
	return found


## Scripts that this engine cannot load: [Logger] is new in Godot 4.5.
func _later() -> PackedStringArray:
	return [] if ClassDB.class_exists(&"Logger") else ["script_errors", "script_error_log"]
