extends SceneTree
## Shows chosen numbers of arenas, and prints the sizes of the window and of each one's picture.

var _arenas: ZooArenas = null
var _counts: Array[int] = [2, 3, 5]


## A container arranges its children once per frame: those of the last frame are in place.
func _process(_delta: float) -> bool:
	if _arenas != null:
		var sizes: Array[Array] = []
		for picture: SubViewport in _arenas.find_children("*", "SubViewport", true, false):
			sizes.append([picture.size.x, picture.size.y])
		print(JSON.stringify({"window": [root.size.x, root.size.y], "pictures": sizes}))
		_arenas.free()
	if _counts.is_empty():
		return true
	_arenas = ZooArenas.new()
	_arenas.scene = load("res://arenas/uneven.tscn")
	_arenas.count = _counts.pop_front()
	root.add_child(_arenas)
	return false
