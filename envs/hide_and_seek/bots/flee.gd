extends "bot.gd"
## Runs to the corner that is farthest from the seekers, wherever they are: it knows that without
## seeing them.

const _INSET := 0.6  # m, of the places from the corners
const _GAIN := 1.0  # m, that another corner must be better to change the mind

var _corner: Vector2 = Vector2.INF


func _decide() -> void:
	for room in layout.rooms:
		for corner in _corners_of(room):
			if not _corner.is_finite() or _safety(corner) > _safety(_corner) + _GAIN:
				_corner = corner
	_go(_corner)
	_look_along(_move)


func _corners_of(room: Rect2) -> PackedVector2Array:
	return Layout.corners_of(room.grow(-_INSET))


## Distance of [param place] from the nearest seeker [m].
func _safety(place: Vector2) -> float:
	var nearest := INF
	for seeker in agent.game.seekers:
		nearest = minf(nearest, seeker.player.spot().distance_to(place))
	return nearest
