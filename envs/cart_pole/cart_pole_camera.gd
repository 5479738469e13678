extends Camera3D
## Follows the cart along the rail. Does nothing without a screen.

const CartPole := preload("cart_pole.gd")
const _RATE := 2.5  # how fast it follows [1/s]: a matter of taste

@onready var _game: CartPole = owner


func _ready() -> void:
	set_process(DisplayServer.get_name() != "headless")


func _process(delta: float) -> void:
	position.z = lerpf(position.z, _game.cart.position.z, 1.0 - exp(-_RATE * delta))
