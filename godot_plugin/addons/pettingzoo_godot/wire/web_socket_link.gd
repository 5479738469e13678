extends RefCounted
## The engine's end of the WebSocket to the trainer: packets in, packets out (docs/PROTOCOL.md 1).
##
## RFC 6455 over [StreamPeerTCP] instead of [WebSocketPeer], because a [StreamPeerTCP] can sleep
## until a packet comes, and because it sends a packet in one piece: docs/DECISIONS.md has the
## figures. Only what our protocol needs: whole frames, no extensions, no pings of our own.

const Codec := preload("zoo_codec.gd")

## Text packets are at most this long [bytes]; docs/PROTOCOL.md 1.6.
const _TEXT_LIMIT := 1 << 20
const _ANSWER_LIMIT := 8192  # of the handshake's answer [bytes]
const _MAGIC := "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
# Opcodes with the bit of a whole frame (RFC 6455, 5.2).
const _TEXT := 0x81
const _BINARY := 0x82
const _CLOSE := 0x88
const _PING := 0x89
const _PONG := 0x8A
const _MASKED := 0x80
const _MASK_KEY_SIZE := 4
const _TOO_LARGE := 1 << 62  # for frames whose size does not matter: they are refused

## Why the link is closed, for the console; empty while it is open.
var closed_because: String = ""
## Size of the largest binary packet to accept [bytes].
var binary_limit: int = 0
## How long [method open] waits for the trainer, all in all [s].
var connect_seconds: float = 10.0
var _is_open: bool = true
var _stream: StreamPeerTCP = StreamPeerTCP.new()
var _head: PackedByteArray = [0]  # of the last frame sent
var _head_size: int = -1  # of its payload [bytes]


## Connects and does the handshake. Returns [constant ERR_UNAUTHORIZED] if the trainer refuses us,
## [constant ERR_TIMEOUT] or [constant ERR_CANT_CONNECT] if there is none.
func open(url: String, token: String) -> Error:
	var address := url.trim_prefix("ws://").split(":")
	if address.size() != 2 or _stream.connect_to_host(address[0], int(address[1])) != OK:
		return ERR_CANT_CONNECT
	var deadline := Time.get_ticks_msec() + int(connect_seconds * 1000.0)
	while _stream.get_status() == StreamPeerTCP.STATUS_CONNECTING:
		if Time.get_ticks_msec() > deadline:
			_lose("the trainer does not answer")
			return ERR_TIMEOUT
		OS.delay_usec(200)
		_stream.poll()
	if _stream.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		return ERR_CANT_CONNECT
	_stream.set_no_delay(true)
	_stream.big_endian = true
	var key := Marshalls.raw_to_base64(Crypto.new().generate_random_bytes(16))
	_stream.put_data(_request(url.trim_prefix("ws://"), token, key).to_ascii_buffer())
	return _check_answer(_read_answer(deadline), key)


## Sends a text packet.
func send_text(packet: String) -> void:
	_send(_TEXT, packet.to_utf8_buffer())


## Sends a binary packet.
func send_binary(packet: PackedByteArray) -> void:
	_send(_BINARY, packet)


## The next packet: a [String] or a [PackedByteArray]. With [param wait] this sleeps until there is
## one, at no processor time; without, it is null when there is none yet. Null and a reason in
## [member closed_because] mean that the link is closed.
func receive(wait: bool) -> Variant:
	while _is_open:
		if not wait and not _has_data():
			return null
		var head := _stream.get_u16()
		var opcode := head >> 8
		var size := head & 0xFF
		if size >= 126:
			size = _stream.get_u16() if size == 126 else _long_size(size)
		if opcode == _BINARY and size <= binary_limit:
			return _read(size)
		var packet: Variant = _take_other(opcode, size)
		if packet != null:
			return packet
	return null


## Tells the trainer that this is the end, and closes.
func close() -> void:
	if _is_open:
		_send(_CLOSE, PackedByteArray([0x03, 0xE8]))  # 1000: a normal end (RFC 6455, 7.4.1)
		_lose("closed here")


func _request(host: String, token: String, key: String) -> String:
	return (
		"\r\n"
		. join(
			[
				"GET / HTTP/1.1",
				"Host: " + host,
				"Connection: Upgrade",
				"Upgrade: websocket",
				"Sec-WebSocket-Version: 13",
				"Sec-WebSocket-Key: " + key,
				"Sec-WebSocket-Protocol: " + Codec.SUBPROTOCOL,
				"Authorization: Bearer " + token,
				"\r\n",
			]
		)
	)


## The head of the trainer's answer; not a byte more, because packets may follow at once.
func _read_answer(deadline: int) -> String:
	var answer := ""
	while not answer.ends_with("\r\n\r\n") and answer.length() < _ANSWER_LIMIT:
		_stream.poll()
		if (
			_stream.get_status() != StreamPeerTCP.STATUS_CONNECTED
			or Time.get_ticks_msec() > deadline
		):
			break
		if _stream.get_available_bytes() > 0:
			answer += char(_stream.get_u8())
		else:
			OS.delay_usec(200)
	return answer


func _check_answer(answer: String, key: String) -> Error:
	if answer == "":
		var is_silent := _stream.get_status() == StreamPeerTCP.STATUS_CONNECTED
		_lose("the trainer does not answer" if is_silent else "the trainer is gone")
		return ERR_TIMEOUT if is_silent else ERR_CANT_CONNECT
	var proof := Marshalls.raw_to_base64((key + _MAGIC).sha1_buffer())
	var lines := answer.to_lower().split("\r\n")
	if (
		answer.begins_with("HTTP/1.1 101 ")
		and answer.contains(proof)
		and ("sec-websocket-protocol: " + Codec.SUBPROTOCOL) in lines
	):
		return OK
	_lose("the trainer answered: %s" % answer.get_slice("\r\n", 0))
	return ERR_UNAUTHORIZED


func _has_data() -> bool:
	_stream.poll()
	if _stream.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		_lose("the trainer is gone")
		return false
	return _stream.get_available_bytes() > 0


## The size in 64 bits that follows the length 127; every other length is that of a masked frame,
## which a trainer does not send (RFC 6455, 5.1).
func _long_size(length: int) -> int:
	var size := _stream.get_u64() if length == 127 else -1
	return size if size >= 0 else _TOO_LARGE


## Frames that are no binary packet: text, the trainer's close, a ping, the end of the stream.
func _take_other(opcode: int, size: int) -> Variant:
	if _stream.get_status() != StreamPeerTCP.STATUS_CONNECTED:
		_lose("the trainer is gone")  # the zeros just read are those of a lost stream
	elif opcode == _TEXT and size <= _TEXT_LIMIT:
		var text: Variant = _read(size)
		if text != null:
			return (text as PackedByteArray).get_string_from_utf8()
	elif opcode == _CLOSE and size < 126:
		_answer_close(_read(size))
	elif opcode == _PING and size < 126:
		var payload: Variant = _read(size)
		if payload != null:
			_send(_PONG, payload as PackedByteArray)
	elif opcode == _PONG and size < 126:
		_read(size)
	else:
		_send(_CLOSE, PackedByteArray([0x03, 0xF1]))  # 1009: too big
		# Bytes that nobody read would turn the end of the stream into a reset, and the trainer might
		# never see the close code.
		_stream.get_data(_stream.get_available_bytes())
		_lose("a frame 0x%02X of %d bytes is not of our protocol" % [opcode, size])
	return null


func _answer_close(payload: Variant) -> void:
	if payload != null:
		var reason: PackedByteArray = payload
		_send(_CLOSE, reason.slice(0, 2))
		_lose("closed by the trainer: " + reason.slice(2).get_string_from_utf8())


## The next bytes; null if the stream ends before.
func _read(size: int) -> Variant:
	var result := _stream.get_data(size)
	if result[0] != OK:
		_lose("the trainer is gone")
		return null
	return result[1]


## Sends one whole frame, in one piece.
func _send(opcode: int, payload: PackedByteArray) -> void:
	# Nearly all packets are reports of one size.
	if opcode != _head[0] or payload.size() != _head_size:
		_head = _frame_head(opcode, payload.size())
		_head_size = payload.size()
	_stream.put_data(_head + payload)


## The bytes before a payload (RFC 6455, 5.2). The mask, which it demands of a client, is zero:
## masking keeps scripts in browsers from writing what a proxy could mistake for HTTP, and here is
## neither.
func _frame_head(opcode: int, size: int) -> PackedByteArray:
	var head := PackedByteArray([opcode, _MASKED | mini(size, 126)])
	var length_bytes := 0
	if size >= 0x10000:
		head[1] = _MASKED | 127
		length_bytes = 8
	elif size >= 126:
		length_bytes = 2
	for i in length_bytes:
		head.append((size >> (8 * (length_bytes - 1 - i))) & 0xFF)
	head.resize(head.size() + _MASK_KEY_SIZE)
	return head


func _lose(reason: String) -> void:
	if _is_open:
		closed_because = reason
	_is_open = false
	_stream.disconnect_from_host()
