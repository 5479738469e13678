@tool
extends EditorPlugin
## Lets the inspector show mistakes. The addon's nodes work without being enabled: they are global
## classes, and [ZooEnvironment] brings its own bridge to a trainer.

const InspectorPlugin := preload("editor/inspector_plugin.gd")

var _inspector_plugin: InspectorPlugin = InspectorPlugin.new()


func _enter_tree() -> void:
	add_inspector_plugin(_inspector_plugin)


func _exit_tree() -> void:
	remove_inspector_plugin(_inspector_plugin)
