extends RefCounted
## One WebSocket to the trainer: packets in, packets out (docs/PROTOCOL.md 1).

const Codec := preload("zoo_codec.gd")

const _CONNECT_SECONDS := 10.0
## Text packets are at most this long, before and after the hello [bytes].
const _TEXT_LIMIT := 1 << 20
## Room for a WebSocket frame's header and for a close or ping frame beside a packet [bytes].
const _ENVELOPE := 1024

## Why the link is closed, for the console; empty while it is open.
var closed_because: String = ""
var _peer: WebSocketPeer = WebSocketPeer.new()
var _blocks_on_stdin: bool = false


## Connects and waits until the handshake is over.
## [param on_stdin] says that Python writes one byte to standard input after each packet;
## [param largest] is the size of the largest binary packet [bytes].
func open(url: String, token: String, on_stdin: bool, largest: int) -> Error:
	_blocks_on_stdin = on_stdin
	_peer.supported_protocols = [Codec.SUBPROTOCOL]
	_peer.handshake_headers = ["Authorization: Bearer " + token]
	_peer.inbound_buffer_size = maxi(_TEXT_LIMIT, largest) + _ENVELOPE
	_peer.outbound_buffer_size = maxi(_TEXT_LIMIT, largest) + _ENVELOPE
	var error := _peer.connect_to_url(url)
	if error != OK:
		return error
	var deadline := Time.get_ticks_msec() + int(_CONNECT_SECONDS * 1000.0)
	while _peer.get_ready_state() == WebSocketPeer.STATE_CONNECTING:
		if Time.get_ticks_msec() > deadline:
			return ERR_TIMEOUT
		OS.delay_usec(200)
		_peer.poll()
	if not is_open():
		return ERR_CANT_CONNECT
	_peer.set_no_delay(true)
	return OK


## Whether packets can still be exchanged.
func is_open() -> bool:
	return _peer.get_ready_state() == WebSocketPeer.STATE_OPEN


## Sends a text packet.
func send_text(packet: String) -> void:
	_peer.send_text(packet)


## Sends a binary packet.
func send_binary(packet: PackedByteArray) -> void:
	_peer.send(packet, WebSocketPeer.WRITE_MODE_BINARY)


## The next packet: a [String] or a [PackedByteArray]; null when there is none yet. When Python
## holds standard input this sleeps until there is one; null then means that Python is gone.
func receive() -> Variant:
	if _blocks_on_stdin:
		# A blocking read costs no processor time; spinning on poll() would take the trainer's core.
		if OS.read_buffer_from_stdin(1).is_empty():
			_close("Python closed the pipe.")
			return null
		while is_open() and _peer.get_available_packet_count() == 0:
			_peer.poll()
	else:
		_peer.poll()
	if _peer.get_available_packet_count() > 0:
		var packet := _peer.get_packet()
		return packet.get_string_from_utf8() if _peer.was_string_packet() else packet
	if not is_open():
		_close("%d %s" % [_peer.get_close_code(), _peer.get_close_reason()])
	return null


## Ends the link and gives the last packet time to leave.
func close() -> void:
	_peer.close()
	var deadline := Time.get_ticks_msec() + 500
	while _peer.get_ready_state() != WebSocketPeer.STATE_CLOSED and Time.get_ticks_msec() < deadline:
		_peer.poll()
		OS.delay_usec(200)
	_close("closed here")


func _close(reason: String) -> void:
	if closed_because == "":
		closed_because = reason
