@tool
@icon("../icons/zoo_space.svg")
class_name ZooSpace
extends Resource
## What an action or an observation may be. Use one of its children: [ZooBox], [ZooDiscrete],
## [ZooMultiDiscrete], [ZooMultiBinary], [ZooDict].
##
## Each is the Gymnasium space of the same name (docs/PROTOCOL.md 3).

## The three sections of a binary packet: where a space's elements travel (docs/PROTOCOL.md 4.1).
enum Section { I64, F32, U8 }


## This space as the hello describes it (docs/PROTOCOL.md 3).
func describe() -> Dictionary:
	push_error("%s is no space: use ZooBox, ZooDiscrete or another child of ZooSpace." % self)
	return {}


## The section in which the elements travel. Not for [ZooDict], which has [method leaves].
func section() -> Section:
	return Section.F32


## How many elements one value has.
func size() -> int:
	return 0


## The spaces of one section each that this one consists of: itself, unless it is a [ZooDict].
func leaves() -> Array[ZooSpace]:
	return [self]


## The value that does nothing: zeros where the bounds allow, otherwise the nearest to them.
func neutral() -> Variant:
	return null


## A value drawn uniformly with [param rng]; unbounded elements are drawn from [-1, 1].
func sample(_rng: RandomNumberGenerator) -> Variant:
	return null


## Reads the value of leaf [param elements], a slice of a packet's section, as a script wants it.
func from_elements(elements: Variant) -> Variant:
	return elements


## Turns a script's value into the packed array of this space's section, or null if it is no
## value of this space (another type, another number of elements, an integer out of range).
func to_elements(_value: Variant) -> Variant:
	return null


## What a script should have returned, for error messages.
func expectation() -> String:
	return "a value of %s" % [describe()]


## [param value] as integers, each from 0 and below its entry of [param counts]; null if it is no
## array of such.
func _to_integers(value: Variant, counts: PackedInt32Array) -> Variant:
	match typeof(value):
		TYPE_PACKED_INT64_ARRAY, TYPE_PACKED_INT32_ARRAY, TYPE_PACKED_BYTE_ARRAY, TYPE_ARRAY:
			pass
		_:
			return null
	var given := Array(value)
	if given.size() != counts.size():
		return null
	for i in given.size():
		# Packing would cut off fractions and wrap around what is too large.
		if typeof(given[i]) != TYPE_INT or given[i] < 0 or given[i] >= counts[i]:
			return null
	return given


func _repeated(count: int, times: int) -> PackedInt32Array:
	var counts := PackedInt32Array()
	counts.resize(times)
	counts.fill(count)
	return counts
