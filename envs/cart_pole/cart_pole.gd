extends ZooEnvironment
## A pole stands on a cart, on a hinge without a motor: pushing the cart keeps it up.
##
## Numbers are those of GymGodot's CartPole, as measured from its public description, unless said
## otherwise.

const Agent := preload("cart_agent.gd")

## The cart may go this far from the middle of the rail [m].
const TRACK := 40.0
## The pole may lean this far [rad].
const MAX_ANGLE := PI / 8.0
const _SUCCESS_STEPS := 245  # of 250

## Physics ticks for which people see the pole before it is let go (our choice).
@export_range(1, 600, 1, "suffix:ticks") var play_pause_ticks: int = 60

## Whether this is a game: no trainer decides on the steps.
var is_played: bool = false

@onready var cart: RigidBody3D = $Cart
@onready var pole: RigidBody3D = $Pole
@onready var agent: Agent = $Cart/ZooAgent


func _reset(values: Dictionary) -> void:
	var noise: float = values["start_noise"]
	# The hinge is at the origin now.
	var lean := Basis(Vector3.RIGHT, rng.randf_range(-noise, noise))
	pole.transform = Transform3D(lean, Vector3.ZERO) * pole.transform
	is_played = not has_trainer()
	if is_played:
		settle_ticks = play_pause_ticks
		_hold(true)
		step_started.connect(_hold.bind(false), CONNECT_ONE_SHOT)


func _after_step() -> void:
	agent.add_reward(1.0)
	agent.set_info("is_success", float(step_count >= _SUCCESS_STEPS))
	if has_failed():
		agent.terminate()


## Whether the pole leans too far, or the cart is at an end of the rail.
func has_failed() -> bool:
	return absf(angle()) > MAX_ANGLE or absf(cart.position.z) > TRACK


## How far the pole leans from the vertical towards +Z [rad].
func angle() -> float:
	var along := pole.basis.y
	return atan2(along.z, along.y)


func _hold(still: bool) -> void:
	cart.freeze = still
	pole.freeze = still
