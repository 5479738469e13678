extends RefCounted
## The three sections of one binary packet as arrays (docs/PROTOCOL.md 4.1).
##
## Packed arrays are references: a sensor writes into [member f32] in place.

var i64: PackedInt64Array = []
var f32: PackedFloat32Array = []
var u8: PackedByteArray = []


## Zeros, as many per section as [param counts] says (in the order of [enum ZooSpace.Section]).
func _init(counts: PackedInt32Array = [0, 0, 0]) -> void:
	i64.resize(counts[ZooSpace.Section.I64])
	f32.resize(counts[ZooSpace.Section.F32])
	u8.resize(counts[ZooSpace.Section.U8])


## The elements [param offset] up to [param offset] + [param size] of a section.
func read(section: ZooSpace.Section, offset: int, size: int) -> Variant:
	match section:
		ZooSpace.Section.I64:
			return i64.slice(offset, offset + size)
		ZooSpace.Section.F32:
			return f32.slice(offset, offset + size)
	return u8.slice(offset, offset + size)


## Puts the packed array [param elements] into a section.
func write(section: ZooSpace.Section, offset: int, elements: Variant) -> void:
	match section:
		ZooSpace.Section.I64:
			var integers: PackedInt64Array = elements
			for i in integers.size():
				i64[offset + i] = integers[i]
		ZooSpace.Section.F32:
			var floats: PackedFloat32Array = elements
			var target := f32
			for i in floats.size():
				target[offset + i] = floats[i]
		_:
			var bytes: PackedByteArray = elements
			for i in bytes.size():
				u8[offset + i] = bytes[i]
