extends "zoo_test.gd"
## What may follow what, against the table that Python's tests read as well.

const Protocol := preload("res://addons/pettingzoo_godot/wire/zoo_protocol.gd")
const Golden := preload("test_zoo_codec.gd")

const STATES: PackedStringArray = ["greeting", "idle", "waiting", "closed"]
const MESSAGES: PackedStringArray = [
	"hello", "configure", "reset", "step", "report", "fault", "close", "call", ""
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
		check_equal(protocol.advance_sequence(wrong), ERR_INVALID_DATA, "first %d" % wrong)
	check_equal(protocol.advance_sequence(1), OK, "first")
	check_equal(protocol.advance_sequence(1), ERR_INVALID_DATA, "the same again")
	check_equal(protocol.advance_sequence(2), OK, "second")
	check_equal(protocol.sequence, 2, "sequence")


func test_sequence_wraps() -> void:
	var protocol := Protocol.new()
	protocol.sequence = 0xFFFFFFFF
	check_equal(protocol.advance_sequence(0), OK, "after 2^32 - 1")
