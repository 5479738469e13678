extends SceneTree
## Loads every script of the project with warnings as errors, the engine's and those of the project
## settings, and quits with 1 if there was one:
## [codeblock]
## godot --headless --path godot_plugin --script res://tests/project_warnings.gd
## [/codeblock]
## Godot shows warnings in the editor's script window alone, where no program can count them.

const _SETTINGS := "debug/gdscript/warnings/"
const _AS_WARNING := 1
const _AS_ERROR := 2


func _initialize() -> void:
	for property in ProjectSettings.get_property_list():
		var setting: String = property["name"]
		if setting.begins_with(_SETTINGS) and property["type"] == TYPE_INT:
			if ProjectSettings.get_setting(setting) == _AS_WARNING:
				ProjectSettings.set_setting(setting, _AS_ERROR)
	var failed := PackedStringArray()
	var count := 0
	for path in _scripts("res://"):
		if path == (get_script() as Script).resource_path:
			continue  # loaded before the settings were
		count += 1
		if load(path) == null:
			failed.append(path)
	print("%d scripts, with warnings: %s" % [count, ", ".join(failed) if failed else "none"])
	quit(0 if failed.is_empty() and count > 0 else 1)


func _scripts(folder: String) -> PackedStringArray:
	var found := PackedStringArray()
	if FileAccess.file_exists(folder.path_join(".gdignore")):
		return found
	for file in DirAccess.get_files_at(folder):
		if file.ends_with(".gd") and (file.get_basename() not in _later()):
			found.append(folder.path_join(file))
	for sub in DirAccess.get_directories_at(folder):
		found.append_array(_scripts(folder.path_join(sub)))
	return found


## Scripts that this engine cannot load: [Logger] is new in Godot 4.5.
func _later() -> PackedStringArray:
	return [] if ClassDB.class_exists(&"Logger") else ["script_errors", "script_error_log"]
