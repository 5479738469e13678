extends "zoo_test.gd"
## The addon's files: every script compiles, every class has an icon, the template works.

const ADDON := "res://addons/pettingzoo_godot"


func test_every_script_compiles() -> void:
	var paths := _scripts(ADDON)
	check(paths.size() > 20, "only %d scripts found" % paths.size())
	for path in paths:
		if path.ends_with("script_errors.gd") and not ClassDB.class_exists(&"Logger"):
			continue  # needs Godot 4.5
		if path.ends_with("plugin.gd") and not OS.has_feature("editor"):
			continue  # an export has no EditorPlugin, and no EditorInspectorPlugin
		var script := load(path) as GDScript
		check(script != null and script.can_instantiate() or script.is_abstract(), path)


func test_every_class_has_an_icon() -> void:
	var classes := 0
	for entry: Dictionary in ProjectSettings.get_global_class_list():
		var path: String = entry["path"]
		if path.begins_with(ADDON):
			classes += 1
			var icon: String = entry["icon"]
			check(icon.begins_with(ADDON + "/icons/"), "%s has no icon" % entry["class"])
			check(FileAccess.file_exists(icon), "%s does not exist" % icon)
	check(classes > 10, "only %d classes found: import the project" % classes)


func test_template_is_a_script() -> void:
	var path := ADDON + "/script_templates/ZooAgent/zoo_agent_template.gd"
	var code := FileAccess.get_file_as_string(path)
	check(code.begins_with("# meta-name:"), "no name for the dialogue")
	check(code.contains("extends _BASE_"), "no base")
	var script := GDScript.new()
	script.source_code = code.replace("_BASE_", "ZooAgent")
	check_equal(script.reload(), OK, "the template's script")
	var agent: ZooAgent = script.new()
	add(agent)
	agent.action_space = ZooDiscrete.choices(2)
	agent.begin_episode(null)
	agent._reset()
	agent._act(0)
	check_equal(agent._observe(), PackedFloat32Array([0.0]), "observation")


func test_templates_are_not_parsed() -> void:
	check(FileAccess.file_exists(ADDON + "/script_templates/.gdignore"), "no .gdignore")


func _scripts(folder: String) -> PackedStringArray:
	var found := PackedStringArray()
	if FileAccess.file_exists(folder.path_join(".gdignore")):
		return found
	for file in DirAccess.get_files_at(folder):
		if file.ends_with(".gd"):
			found.append(folder.path_join(file))
	for sub in DirAccess.get_directories_at(folder):
		found.append_array(_scripts(folder.path_join(sub)))
	return found
