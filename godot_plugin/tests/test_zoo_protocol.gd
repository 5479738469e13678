extends "zoo_test.gd"
## What may follow what, against the table that Python's tests read as well.

const Protocol := preload("res://addons/pettingzoo_godot/wire/zoo_protocol.gd")
const Golden := preload("test_zoo_codec.gd")

const STATES: PackedStringArray = ["greeting", "idle", "waiting", "drawing", "closed"]
const MESSAGES: PackedStringArray = [
	"hello",
	"configure",
	"reset",
	"step",
	"report",
	"render",
	"picture",
	"fault",
	"close",
	"call",
	""
]


func test_table_is_the_golden_one() -> void:
	check_equal(Array(Protocol.TRANSITIONS), Golden.golden("transitions")["transitions"], "table")


func test_every_message_in_every_state() -> void:
	var legal := {}
	for row: Array in Golden.golden("transitions")["transitions"]:
		legal[[row[0], row[1]]] = row[2]
	for state in STATES:
		for message in MESSAGES:
			var protocol := Protocol.new()
			protocol.state = state
			var error := protocol.advance(message)
			var what := "%s while %s" % [message, state]
			check_equal(error, OK if legal.has([state, message]) else ERR_INVALID_DATA, what)
			check_equal(protocol.state, legal.get([state, message], state), "state after " + what)


func test_sequence_grows_by_one() -> void:
	var protocol := Protocol.new()
	for wrong: int in [0, 2, -1]:
		check_equal(_begin(protocol, wrong), ERR_PARAMETER_RANGE_ERROR, "first %d" % wrong)
	check_equal(_begin(protocol, 1), OK, "first")
	check_equal(_begin(protocol, 1), ERR_PARAMETER_RANGE_ERROR, "the same again")
	check_equal(_begin(protocol, 2), OK, "second")
	check_equal(protocol.sequence, 2, "sequence")


func test_sequence_wraps() -> void:
	var protocol := Protocol.new()
	protocol.sequence = 0xFFFFFFFF
	check_equal(_begin(protocol, 0), OK, "after 2^32 - 1")


func test_requests_are_legal_only_while_idle() -> void:
	var protocol := Protocol.new()
	check_equal(protocol.begin("step", 1), ERR_INVALID_DATA, "while greeting")
	protocol.advance("hello")
	check_equal(protocol.begin("reset", 1), OK, "while idle")
	check_equal(protocol.begin("step", 2), ERR_INVALID_DATA, "while waiting")
	check_equal(protocol.sequence, 1, "sequence")


func _begin(protocol: Protocol, number: int) -> Error:
	protocol.state = "idle"
	return protocol.begin("step", number)
