@tool
extends EditorInspectorPlugin
## Shows the mistakes of the selected agent, environment or arenas on top of the inspector.
##
## Not by _get_configuration_warnings, as sensors do: it runs in @tool scripts only. Users extend
## these classes, without @tool; if the classes had it, Godot would warn in each such script
## ("missing_tool"), and its node would warn of nothing all the same.

const Mistakes := preload("mistakes.gd")


func _can_handle(object: Object) -> bool:
	return object is ZooAgent or object is ZooEnvironment or object is ZooArenas


func _parse_begin(object: Object) -> void:
	for mistake in Mistakes.of(object as Node):
		var label := Label.new()
		label.text = mistake
		label.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
		label.modulate = EditorInterface.get_editor_theme().get_color(&"warning_color", &"Editor")
		add_custom_control(label)
