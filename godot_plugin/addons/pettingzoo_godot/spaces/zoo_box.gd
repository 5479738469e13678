@tool
@icon("../icons/zoo_space.svg")
class_name ZooBox
extends ZooSpace
## Numbers in a range: a vector of floats by default. Scripts see a [PackedFloat32Array]
## (or a [PackedByteArray] with [constant UINT8]).

## Element types.
enum Dtype { FLOAT32, UINT8, INT8 }

const DTYPE_NAMES: PackedStringArray = ["float32", "uint8", "int8"]

## Length of each axis. One entry for a vector.
@export var shape: PackedInt32Array = PackedInt32Array([1])
## Smallest value of every element; -inf for none.
@export var low: float = -1.0
## Largest value of every element; inf for none.
@export var high: float = 1.0
## Type of the elements on the wire and in NumPy.
@export var dtype: Dtype = Dtype.FLOAT32

## Smallest value per element, in C order; empty: [member low] for all.
@export var lows: PackedFloat32Array = PackedFloat32Array()
## Largest value per element, in C order; empty: [member high] for all.
@export var highs: PackedFloat32Array = PackedFloat32Array()


## A vector of [param count] floats between [param from] and [param to].
static func vector(count: int, from: float = -1.0, to: float = 1.0) -> ZooBox:
	var box := ZooBox.new()
	box.shape = [count]
	box.low = from
	box.high = to
	return box


## The bounds travel as one number for all elements, or as one for each.
func describe() -> Dictionary:
	return {
		"type": "box",
		"shape": Array(shape),
		"low": _describe_bound(low, lows),
		"high": _describe_bound(high, highs),
		"dtype": DTYPE_NAMES[dtype],
	}


## Floats are f32; bytes of both kinds are u8.
func section() -> Section:
	return Section.F32 if dtype == Dtype.FLOAT32 else Section.U8


## The product of the axes' lengths.
func size() -> int:
	var count := 1
	for length in shape:
		count *= length
	return count


## Zeros, or the bound nearest to zero where zero is out of range.
func neutral() -> Variant:
	var value := PackedFloat32Array()
	value.resize(size())
	for i in value.size():
		value[i] = clampf(0.0, _low_of(i), _high_of(i))
	return _packed(value)


## Uniform between the bounds; 1 or -1 stands for one that is infinite.
func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedFloat32Array()
	value.resize(size())
	for i in value.size():
		var from := _low_of(i)
		var to := _high_of(i)
		value[i] = rng.randf_range(from if is_finite(from) else -1.0, to if is_finite(to) else 1.0)
	return _packed(value)


## Besides packed arrays: a number, an [Array] of numbers, a [Vector2] or a [Vector3].
func to_elements(value: Variant) -> Variant:
	if dtype == Dtype.FLOAT32:
		return _to_floats(value)
	if typeof(value) == TYPE_PACKED_BYTE_ARRAY:  # a picture: its bytes are in range as they are
		return _sized(value)
	var integers: Variant = _to_integers(value, _repeated(256, size()))
	if integers == null:
		return null
	return PackedByteArray(integers as Array)


## Number and type of the elements; Python checks the bounds.
func expectation() -> String:
	return "%d %s values" % [size(), DTYPE_NAMES[dtype]]


func _to_floats(value: Variant) -> Variant:
	match typeof(value):
		TYPE_PACKED_FLOAT32_ARRAY:
			return _sized(value)
		TYPE_PACKED_FLOAT64_ARRAY, TYPE_PACKED_INT32_ARRAY, TYPE_PACKED_INT64_ARRAY, TYPE_ARRAY:
			return _numbers_to_floats(Array(value))
		TYPE_FLOAT, TYPE_INT, TYPE_BOOL:
			return _numbers_to_floats([value])
		TYPE_VECTOR2:
			var pair: Vector2 = value
			return _sized(PackedFloat32Array([pair.x, pair.y]))
		TYPE_VECTOR3:
			var triple: Vector3 = value
			return _sized(PackedFloat32Array([triple.x, triple.y, triple.z]))
	return null


func _numbers_to_floats(numbers: Array) -> Variant:
	for number: Variant in numbers:
		if not typeof(number) in [TYPE_FLOAT, TYPE_INT, TYPE_BOOL]:
			return null
	return _sized(PackedFloat32Array(numbers))


## The packed array itself, or null if it has another number of elements than this space.
func _sized(elements: Variant) -> Variant:
	if elements.size() != size():
		return null
	return elements


## [param numbers] in the packed array that travels.
func _packed(numbers: PackedFloat32Array) -> Variant:
	if dtype == Dtype.FLOAT32:
		return numbers
	return PackedByteArray(Array(numbers))


func _low_of(element: int) -> float:
	return low if lows.is_empty() else lows[element]


func _high_of(element: int) -> float:
	return high if highs.is_empty() else highs[element]


func _describe_bound(all: float, each: PackedFloat32Array) -> Variant:
	if each.is_empty():
		return _finite_or_null(all)
	var bounds: Array = []
	for bound in each:
		bounds.append(_finite_or_null(bound))
	return bounds


## JSON has no infinity: null means unbounded (docs/PROTOCOL.md 3).
func _finite_or_null(bound: float) -> Variant:
	if is_finite(bound):
		return bound
	return null
