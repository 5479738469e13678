extends ZooRaySensor3D
## Thirty rays all around; zeros, as if nothing were near, while a seeker is blind.

const PlayerAgent := preload("player_agent.gd")


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	if not (agent as PlayerAgent).is_blind:
		super(buffer, offset)
		return
	for i in _size():
		buffer[offset + i] = 0.0
