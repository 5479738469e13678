extends ZooSensor
## Notes each reading.

const Diary := preload("diary.gd")

## Number of its agent.
@export var index: int = 0


func _size() -> int:
	return 1


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	Diary.note(Diary.SENSOR, index)
	buffer[offset] = index
