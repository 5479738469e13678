extends RefCounted
## Packets to values and back (docs/PROTOCOL.md 2 and 4). No node, no socket.

const Buffers := preload("zoo_buffers.gd")
const Layout := preload("zoo_layout.gd")

const PROTOCOL_VERSION := 1
const SUBPROTOCOL := "pettingzoo-godot.v1"
const KIND_STEP := 1
const KIND_REPORT := 2
const KIND_PICTURE := 3
## Flags of a slot (docs/PROTOCOL.md 4.6).
const TERMINATED := 1
const TRUNCATED := 2
const LIVE := 4


## A text packet of the given type.
static func encode_text(type: String, members: Dictionary) -> String:
	var message := {"type": type}
	message.merge(members)
	# Full precision: bounds and parameters must arrive as they are.
	return JSON.stringify(message, "", false, true)


## The members of a text packet, or an empty dictionary if it is none.
static func decode_text(packet: String) -> Dictionary:
	var json := JSON.new()
	if json.parse(packet) != OK or typeof(json.data) != TYPE_DICTIONARY:
		return {}
	var message: Dictionary = json.data
	return message if typeof(message.get("type")) == TYPE_STRING else {}


## A step or a report packet.
static func encode_binary(
	kind: int, sequence: int, engine_usec: int, tick: int, content: Buffers
) -> PackedByteArray:
	var packet := _header(kind, sequence, engine_usec, tick)
	if not content.i64.is_empty():
		packet.append_array(content.i64.to_byte_array())
	packet.append_array(content.f32.to_byte_array())
	packet.append_array(content.u8)
	return packet


## A picture packet: [param pixels] are those of pictures of this size, one after another.
static func encode_picture(
	sequence: int, size: Vector2i, pixels: PackedByteArray
) -> PackedByteArray:
	var packet := _header(KIND_PICTURE, sequence, size.x, size.y)
	packet.append_array(pixels)
	return packet


static func _header(kind: int, sequence: int, third: int, fourth: int) -> PackedByteArray:
	var header := PackedByteArray()
	header.resize(Layout.HEADER_SIZE)
	header[0] = kind
	header.encode_u32(4, sequence)
	header.encode_u32(8, third)
	header.encode_u32(12, fourth)
	return header


## Reads the three sections of a binary packet into [param content], which has the right sizes.
## Returns [constant ERR_INVALID_DATA] if the packet's kind or size is another, or if a step's
## reserved bytes are not zero.
static func decode_binary(packet: PackedByteArray, kind: int, content: Buffers) -> Error:
	var floats_at := Layout.HEADER_SIZE + 8 * content.i64.size()
	var bytes_at := floats_at + 4 * content.f32.size()
	if packet.size() != bytes_at + content.u8.size() or packet.decode_u32(0) != kind:
		return ERR_INVALID_DATA
	if kind == KIND_STEP and packet.decode_u64(8) != 0:
		return ERR_INVALID_DATA
	if floats_at > Layout.HEADER_SIZE:
		content.i64 = packet.slice(Layout.HEADER_SIZE, floats_at).to_int64_array()
	if bytes_at > floats_at:
		content.f32 = packet.slice(floats_at, bytes_at).to_float32_array()
	if packet.size() > bytes_at:
		content.u8 = packet.slice(bytes_at)
	return OK


## The sequence number of a binary packet.
static func sequence_of(packet: PackedByteArray) -> int:
	return packet.decode_u32(4)
