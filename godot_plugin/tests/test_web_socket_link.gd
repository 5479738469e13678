extends "zoo_test.gd"
## The engine's end of the WebSocket, against a trainer's end that this process plays.

const Codec := preload("res://addons/pettingzoo_godot/wire/zoo_codec.gd")
const Link := preload("res://addons/pettingzoo_godot/wire/web_socket_link.gd")

const MAGIC := "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
const LIMIT := 200_000  # bytes of a binary packet
const SIZES: PackedInt32Array = [0, 1, 125, 126, 127, 65535, 65536, 100_000]
const DEADLINE_MSEC := 5000  # for what takes milliseconds
const TOO_BIG: PackedByteArray = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xF1]  # a close frame with 1009

var _server: TCPServer = TCPServer.new()
var _trainer: StreamPeerTCP
var _request: String = ""


func test_handshake() -> void:
	var link := Link.new()
	check_equal(_open(link, _accept), OK, "open")
	for line: String in [
		"GET / HTTP/1.1",
		"Host: 127.0.0.1:%d" % _server.get_local_port(),
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Protocol: " + Codec.SUBPROTOCOL,
		"Authorization: Bearer secret",
	]:
		check(line in _request.split("\r\n"), "no line %s in %s" % [line, _request])
	check_equal(link.closed_because, "", "reason")


func test_refused_handshakes() -> void:
	var wrong_proof := func(key: String) -> String: return _accept(key + "x")
	var no_protocol := func(key: String) -> String: return _accept(key).replace("godot.v1", "x")
	var forbidden := func(_key: String) -> String: return "HTTP/1.1 403 Forbidden\r\n\r\n"
	var garbage := func(_key: String) -> String: return "x".repeat(10_000)
	for answer: Callable in [wrong_proof, no_protocol, forbidden, garbage]:
		var link := Link.new()
		check_equal(_open(link, answer), ERR_UNAUTHORIZED, "open")
		check(link.closed_because.begins_with("the trainer answered: "), link.closed_because)
		_check_closed(link)


func test_a_silent_trainer_has_a_deadline() -> void:
	for answer: String in ["", "HTTP/1.1 101 "]:
		var link := Link.new()
		link.connect_seconds = 0.2
		var started := Time.get_ticks_msec()
		var error := _open(link, func(_key: String) -> String: return answer)
		check_equal(error, ERR_UNAUTHORIZED if answer else ERR_TIMEOUT, "open")
		var waited := Time.get_ticks_msec() - started
		check(waited >= 200 and waited < DEADLINE_MSEC, "%d ms" % waited)
		_check_closed(link)


func test_nobody_listens() -> void:
	_server.listen(0, "127.0.0.1")
	var url := "ws://127.0.0.1:%d" % _server.get_local_port()
	_server.stop()
	for address: String in [url, "ws://127.0.0.1", "http://127.0.0.1:1"]:
		var link := Link.new()
		check_equal(link.open(address, "secret"), ERR_CANT_CONNECT, address)
		link.close()


func test_a_trainer_that_hangs_up() -> void:
	_server.listen(0, "127.0.0.1")
	var thread := Thread.new()
	thread.start(func() -> void: _take().disconnect_from_host())
	var link := Link.new()
	var url := "ws://127.0.0.1:%d" % _server.get_local_port()
	check_equal(link.open(url, "secret"), ERR_CANT_CONNECT, "open")
	thread.wait_to_finish()
	_check_closed(link)


func test_binary_packets_arrive() -> void:
	for wait: bool in [true, false]:
		var link := _opened()
		for size in SIZES:
			var packet := _bytes(size)
			_trainer.put_data(_frame(0x82, packet))
			check_equal(_receive(link, wait), packet, "%d bytes" % size)
		check_equal(link.receive(false), null, "nothing more")


func test_text_packets_arrive() -> void:
	var link := _opened()
	for text: String in ["", "{}", "ä€😀", "x".repeat(126), "y".repeat(70_000)]:
		_trainer.put_data(_frame(0x81, text.to_utf8_buffer()))
		check_equal(_receive(link, true), text, text.left(5))


func test_packets_are_sent_whole_and_masked_with_zeros() -> void:
	var link := _opened()
	for size in SIZES:
		link.send_binary(_bytes(size))
		_check_sent(0x82, _bytes(size))
	link.send_text("ä")
	_check_sent(0x81, "ä".to_utf8_buffer())


func test_packets_that_wait_keep_their_order() -> void:
	var link := _opened()
	var frames := PackedByteArray()
	for size in SIZES:
		frames += _frame(0x82, _bytes(size))
	_trainer.put_data(frames + _frame(0x81, "end".to_utf8_buffer()))
	for size in SIZES:
		check_equal(_receive(link, false), _bytes(size), "%d bytes" % size)
	check_equal(_receive(link, false), "end", "text")


func test_frames_that_are_not_of_our_protocol_are_refused() -> void:
	var huge: PackedByteArray = [127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
	var large: PackedByteArray = [127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
	var frames: Dictionary[String, PackedByteArray] = {
		"binary above the limit": _frame(0x82, []).slice(0, 1) + _length(LIMIT + 1),
		"binary of 2^63 bytes": PackedByteArray([0x82]) + large,
		"binary of a negative size": PackedByteArray([0x82]) + huge,
		"text above 1 MiB": PackedByteArray([0x81]) + _length((1 << 20) + 1),
		"close of 2^63 bytes": PackedByteArray([0x88]) + large,
		"close of 126 bytes": _frame(0x88, _bytes(126)),
		"ping of 126 bytes": _frame(0x89, _bytes(126)),
		"first fragment": _frame(0x02, _bytes(5)),
		"last fragment": _frame(0x80, _bytes(5)),
		"reserved bit": _frame(0xC2, _bytes(5)),
		"unknown opcode": _frame(0x83, _bytes(5)),
		"masked": PackedByteArray([0x82, 0x85, 0, 0, 0, 0]) + _bytes(5),
	}
	for what in frames:
		var link := _opened()
		_trainer.put_data(frames[what])
		check_equal(_receive(link, true), null, what)
		check(link.closed_because.contains("not of our protocol"), link.closed_because)
		check_equal(_read(TOO_BIG.size()), TOO_BIG, "answer to " + what)
		_check_closed(link)


func test_pings_are_answered() -> void:
	for payload: PackedByteArray in [_bytes(0), _bytes(125)]:
		var link := _opened()
		var packet := _bytes(3)
		_trainer.put_data(_frame(0x89, payload) + _frame(0x8A, payload) + _frame(0x82, packet))
		check_equal(_receive(link, true), packet, "the packet behind a ping and a pong")
		_check_sent(0x8A, payload)


func test_the_trainers_close_is_answered() -> void:
	for reason: String in ["", "bye"]:
		var link := _opened()
		_trainer.put_data(_frame(0x88, PackedByteArray([0x03, 0xE9]) + reason.to_utf8_buffer()))
		check_equal(_receive(link, true), null, "packet")
		check_equal(link.closed_because, "closed by the trainer: " + reason, "reason")
		_check_sent(0x88, [0x03, 0xE9])
		_check_closed(link)


func test_our_close() -> void:
	var link := _opened()
	link.close()
	_check_sent(0x88, [0x03, 0xE8])
	_check_closed(link)
	link.close()


func test_the_end_of_the_stream_is_noticed() -> void:
	var whole := _frame(0x82, _bytes(1000))
	var starts := [0, 1, 2, 3, 4, 500]
	for wait: bool in [true, false]:
		for count: int in starts:
			var link := _opened()
			if count > 0:
				_trainer.put_data(whole.slice(0, count))
			_trainer.disconnect_from_host()
			check_equal(_receive(link, wait), null, "after %d bytes" % count)
			check_equal(link.closed_because, "the trainer is gone", "reason")
			_check_closed(link)


func test_the_end_inside_other_frames_is_noticed() -> void:
	for opcode: int in [0x81, 0x88, 0x89, 0x8A]:
		var link := _opened()
		_trainer.put_data(_frame(opcode, _bytes(100)).slice(0, 50))
		_trainer.disconnect_from_host()
		check_equal(_receive(link, true), null, "packet")
		check_equal(link.closed_because, "the trainer is gone", "reason")


## A link after its handshake; [member _trainer] is the other end.
func _opened() -> Link:
	var link := Link.new()
	check_equal(_open(link, _accept), OK, "open")
	link.binary_limit = LIMIT
	return link


## Opens [param link] while a thread answers the request with what [param answer] makes of its key.
func _open(link: Link, answer: Callable) -> Error:
	_server.stop()
	_server.listen(0, "127.0.0.1")
	var thread := Thread.new()
	thread.start(_shake_hands.bind(answer))
	var error := link.open("ws://127.0.0.1:%d" % _server.get_local_port(), "secret")
	thread.wait_to_finish()
	return error


func _shake_hands(answer: Callable) -> void:
	_trainer = _take()
	_request = ""
	while not _request.ends_with("\r\n\r\n"):
		_request += char(_trainer.get_u8())
	var key := _request.get_slice("Sec-WebSocket-Key: ", 1).get_slice("\r\n", 0)
	_trainer.put_data((answer.call(key) as String).to_ascii_buffer())


func _take() -> StreamPeerTCP:
	while not _server.is_connection_available():
		OS.delay_usec(100)
	return _server.take_connection()


func _accept(key: String) -> String:
	return (
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		+ "Sec-WebSocket-Accept: %s\r\n" % Marshalls.raw_to_base64((key + MAGIC).sha1_buffer())
		+ "Sec-WebSocket-Protocol: %s\r\n\r\n" % Codec.SUBPROTOCOL
	)


## The next packet, or null once the link is closed; not for ever.
func _receive(link: Link, wait: bool) -> Variant:
	var give_up := Time.get_ticks_msec() + DEADLINE_MSEC
	while Time.get_ticks_msec() < give_up:
		var packet: Variant = link.receive(wait)
		if packet != null or link.closed_because != "":
			return packet
		OS.delay_usec(100)
	check(false, "nothing came")
	return null


## The next bytes at the trainer's end, or as many as came before the deadline.
func _read(count: int) -> PackedByteArray:
	var give_up := Time.get_ticks_msec() + DEADLINE_MSEC
	var bytes := PackedByteArray()
	while bytes.size() < count and Time.get_ticks_msec() < give_up:
		_trainer.poll()
		var part := _trainer.get_partial_data(count - bytes.size())
		if part[0] != OK:
			break
		bytes += part[1] as PackedByteArray
	return bytes


func _check_sent(opcode: int, payload: PackedByteArray) -> void:
	var length := _length(payload.size())
	length[0] |= 0x80
	var expected := PackedByteArray([opcode]) + length + PackedByteArray([0, 0, 0, 0]) + payload
	check(_read(expected.size()) == expected, "frame 0x%X, %d bytes" % [opcode, payload.size()])


## A closed link stays closed, without a word.
func _check_closed(link: Link) -> void:
	var reason := link.closed_because
	check(reason != "", "no reason")
	for wait: bool in [true, false]:
		check_equal(link.receive(wait), null, "packet of a closed link")
	link.send_binary(_bytes(5))
	link.close()
	check_equal(link.closed_because, reason, "reason")


func _frame(opcode: int, payload: PackedByteArray) -> PackedByteArray:
	return PackedByteArray([opcode]) + _length(payload.size()) + payload


func _length(size: int) -> PackedByteArray:
	if size < 126:
		return [size]
	var count := 2 if size < 0x10000 else 8
	var bytes := PackedByteArray([126 if count == 2 else 127])
	for i in count:
		bytes.append((size >> (8 * (count - 1 - i))) & 0xFF)
	return bytes


func _bytes(size: int) -> PackedByteArray:
	var bytes := PackedByteArray()
	bytes.resize(size)
	for i in size:
		bytes[i] = i % 251
	return bytes
