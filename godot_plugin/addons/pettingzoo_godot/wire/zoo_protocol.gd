extends RefCounted
## The engine's side of the conversation: what may follow what (docs/PROTOCOL.md 5). No socket.
##
## Rule 1: every legal transition is in this table, and nowhere else; it equals
## tests/golden/transitions.json.

const TRANSITIONS: Array[Array] = [
	["greeting", "hello", "idle"],
	["idle", "configure", "idle"],
	["idle", "reset", "waiting"],
	["idle", "step", "waiting"],
	["idle", "render", "drawing"],
	["waiting", "report", "idle"],
	["drawing", "picture", "idle"],
	["greeting", "fault", "closed"],
	["idle", "fault", "closed"],
	["waiting", "fault", "closed"],
	["drawing", "fault", "closed"],
	["greeting", "close", "closed"],
	["idle", "close", "closed"],
	["waiting", "close", "closed"],
	["drawing", "close", "closed"],
]

## Where the conversation stands.
var state: String = "greeting"
## Number of the last reset or step; the next report answers it.
var sequence: int = 0
var _next: Dictionary = {}  # state -> type -> next state


func _init() -> void:
	for row: Array in TRANSITIONS:
		_next.get_or_add(row[0], {})[row[1]] = row[2]


## Notes that a packet of the given type is sent or was received.
## Returns [constant ERR_INVALID_DATA], and changes nothing, if it is not legal now.
func advance(type: String) -> Error:
	var following: Dictionary = _next.get(state, {})
	if not following.has(type):
		return ERR_INVALID_DATA
	state = following[type]
	return OK


## Notes that a reset or a step with this sequence number was received: the last one plus one
## (docs/PROTOCOL.md 5.2). Returns [constant ERR_INVALID_DATA], and changes nothing, if it is not
## legal now, or [constant ERR_PARAMETER_RANGE_ERROR] if the number is another.
func begin(type: String, number: int) -> Error:
	var following: Dictionary = _next.get(state, {})
	if not following.has(type):
		return ERR_INVALID_DATA
	if number != (sequence + 1) & 0xFFFFFFFF:
		return ERR_PARAMETER_RANGE_ERROR
	state = following[type]
	sequence = number
	return OK
