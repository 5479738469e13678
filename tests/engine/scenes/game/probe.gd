@tool
extends EditorPlugin
## Opens a scene in the editor, selects each of its nodes, and prints what the inspector warns of.


func _ready() -> void:
	_probe.call_deferred()


func _probe() -> void:
	# The editor opens scenes when it has read the project.
	while EditorInterface.get_resource_filesystem().is_scanning():
		await get_tree().process_frame
	EditorInterface.open_scene_from_path("res://game/mistakes.tscn")
	await get_tree().process_frame
	var root := EditorInterface.get_edited_scene_root()
	for node: Node in [root] + root.get_children():
		EditorInterface.edit_node(node)
		await get_tree().process_frame
		for label in EditorInterface.get_inspector().find_children("*", "Label", true, false):
			if (label as Label).text.ends_with("."):
				print("%s: %s" % [node.name, (label as Label).text])
	get_tree().quit()
