extends ZooSensor
## What a player knows of itself, of the phase and of the time: README.md lists the numbers.

const Game := preload("hide_and_seek.gd")
const Layout := preload("layout.gd")
const Player := preload("player.gd")
const PlayerAgent := preload("player_agent.gd")

const _MAX_SPEED := 5.0  # that is observed as 1 [m/s]
const _MAX_TURN := 4.0  # the same [rad/s]


func _size() -> int:
	return 13


func _read(buffer: PackedFloat32Array, offset: int) -> void:
	var player_agent: PlayerAgent = agent
	var player: Player = player_agent.player
	var game: Game = player_agent.game
	var place := player.position
	var facing := player.facing()
	var velocity := player.linear_velocity * player.basis / _MAX_SPEED
	buffer[offset] = place.x / Layout.HALF
	buffer[offset + 1] = (place.y - Player.RADIUS) / Layout.HEIGHT
	buffer[offset + 2] = place.z / Layout.HALF
	buffer[offset + 3] = facing.x
	buffer[offset + 4] = facing.y
	buffer[offset + 5] = velocity.x
	buffer[offset + 6] = velocity.y
	buffer[offset + 7] = -velocity.z
	buffer[offset + 8] = -player.angular_velocity.y / _MAX_TURN
	buffer[offset + 9] = 1.0 if player.is_hider else 0.0
	buffer[offset + 10] = 1.0 if player_agent.held() != null else 0.0
	buffer[offset + 11] = game.preparation_left()
	buffer[offset + 12] = game.time_left()
