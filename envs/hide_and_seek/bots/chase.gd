extends "patrol.gd"
## Follows a hider that it sees, goes to the place where it saw one last, and patrols when nobody is
## there.

const _NEAR := 1.2  # m, at which it stops before a hider
const _MEMORY := 90  # steps for which it goes to a place

var _last_seen: Vector2 = Vector2.INF
var _since: int = 0  # steps


func _decide() -> void:
	_learn()
	var target := _nearest_seen()
	if target != null:
		_last_seen = target.spot()
		_since = 0
		_looking = 0
		if player.spot().distance_to(_last_seen) > _NEAR:
			_go(_last_seen)
		_look_along(_last_seen - player.spot())
		return
	_since += 1
	if not _last_seen.is_finite():
		_patrol()
	elif _go(_last_seen) or _since > _MEMORY or (_since > _STUCK_STEPS and _is_stuck()):
		_last_seen = Vector2.INF
		_looking = _TURN_STEPS
	else:
		_look_along(_move)


func _nearest_seen() -> Player:
	var nearest: Player = null
	var here := player.spot()
	for hider in agent.game.hiders:
		if not agent.vision.sees(hider.player):
			continue
		var spot := hider.player.spot()
		if nearest == null or here.distance_to(spot) < here.distance_to(nearest.spot()):
			nearest = hider.player
	return nearest
