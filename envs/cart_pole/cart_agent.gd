extends ZooAgent
## Pushes the cart to one side or the other; there is no third choice.

const CartPole := preload("cart_pole.gd")

## Impulse of one push [N s], given on each tick: GymGodot's CartPole, as measured from its public
## description.
const PUSH := 2.0
# What the heuristic gives for each 1/s of the pole, each m and each m/s of the cart, if it gives 1
# for each rad that the pole leans: our choice, by trial.
const _TURN_GAIN := 0.27
const _PLACE_GAIN := 0.004
const _SPEED_GAIN := 0.002
# People push in two of three steps and back in the third: at full force, a touch of a key is the
# end (our choice).
const _PLAY_RHYTHM := 3

## Whether a person has touched the keys in this episode.
var is_taken_over: bool = false
var _position: float = 0.0  # of the cart at the last observation [m]
var _angle: float = 0.0  # of the pole then [rad]

@onready var _cart: RigidBody3D = get_parent()


func _act(action: Variant) -> void:
	_cart.apply_central_impulse(Vector3.BACK * (PUSH if action == 1 else -PUSH))


func _observe() -> Variant:
	var position := _cart.position.z
	var angle := (environment as CartPole).angle()
	if environment.step_count == 0:
		_position = position
		_angle = angle
	var seen: PackedFloat32Array = [position, position - _position, angle, angle - _angle]
	_position = position
	_angle = angle
	return seen


## With no trainer, the heuristic plays until a person touches the keys.
func local_action() -> Variant:
	if control_mode == ControlMode.HEURISTIC or input_map == null:
		return _heuristic()
	var pressed := _pressed_choice()
	is_taken_over = is_taken_over or pressed >= 0
	if not is_taken_over:
		return _heuristic()
	if pressed < 0:
		return environment.step_count % 2  # by turns: it coasts
	return pressed if environment.step_count % _PLAY_RHYTHM > 0 else 1 - pressed


func _heuristic() -> Variant:
	var game := environment as CartPole
	var fall := game.angle() + _TURN_GAIN * game.pole.angular_velocity.x
	var drift := _PLACE_GAIN * _cart.position.z + _SPEED_GAIN * _cart.linear_velocity.z
	return 1 if fall + drift > 0.0 else 0


## -1 if no key is pressed.
func _pressed_choice() -> int:
	for i in input_map.choices.size():
		if Input.is_action_pressed(input_map.choices[i]):
			return i
	return -1
