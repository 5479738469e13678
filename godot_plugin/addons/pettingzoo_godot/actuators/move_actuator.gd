extends ZooActuator
## What the move actuators of 2D and 3D share: which elements there are.

## Whether one element moves the body sideways: 1 is to its right.
@export var strafe: bool = true
## Whether one element moves the body ahead: 1 is forward.
@export var forward: bool = true
## Whether one element turns the body: 1 is to its right.
@export var turn: bool = true
## Whether the last element lets a character that stands on the floor jump.
@export var jump: bool = false


func _size() -> int:
	return int(strafe) + int(forward) + int(turn) + int(jump)


func _is_binary(element: int) -> bool:
	return jump and element == _size() - 1


func _apply(values: PackedFloat32Array, offset: int) -> void:
	var aside := 0.0
	var ahead := 0.0
	var around := 0.0
	if strafe:
		aside = values[offset]
		offset += 1
	if forward:
		ahead = values[offset]
		offset += 1
	if turn:
		around = values[offset]
		offset += 1
	_move(Vector2(ahead, aside).limit_length(), around, jump and values[offset] > 0.0)


func _get_configuration_warnings() -> PackedStringArray:
	var warnings := super()
	if _size() == 0:
		warnings.append("It moves nothing: switch on strafe, forward or turn.")
	return warnings


## Moves the body by [param wish] (forward, to the right; no longer than 1) and [param around].
func _move(_wish: Vector2, _around: float, _jumps: bool) -> void:
	pass


## Whether a body that moves [param along] the direction of a push is not yet as fast as it may get;
## with a [param limit] of 0 it never is.
static func _may_push(along: float, limit: float) -> bool:
	return limit <= 0.0 or along < limit
