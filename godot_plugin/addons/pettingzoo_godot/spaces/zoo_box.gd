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
@export var shape: PackedInt32Array = [1]
## Smallest value of every element; -inf for none.
@export var low: float = -1.0
## Largest value of every element; inf for none.
@export var high: float = 1.0
## Type of the elements on the wire and in NumPy.
@export var dtype: Dtype = Dtype.FLOAT32

## Smallest value per element, in C order; empty: [member low] for all.
var lows: PackedFloat32Array = []
## Largest value per element, in C order; empty: [member high] for all.
var highs: PackedFloat32Array = []


## A vector of [param count] floats between [param from] and [param to].
static func vector(count: int, from: float = -1.0, to: float = 1.0) -> ZooBox:
	var box := ZooBox.new()
	box.shape = [count]
	box.low = from
	box.high = to
	return box


func describe() -> Dictionary:
	return {
		"type": "box",
		"shape": Array(shape),
		"low": _describe_bound(low, lows),
		"high": _describe_bound(high, highs),
		"dtype": DTYPE_NAMES[dtype],
	}


func section() -> Section:
	return Section.F32 if dtype == Dtype.FLOAT32 else Section.U8


func size() -> int:
	var count := 1
	for length in shape:
		count *= length
	return count


func neutral() -> Variant:
	var value := PackedFloat32Array()
	value.resize(size())
	for i in value.size():
		value[i] = clampf(0.0, _low_of(i), _high_of(i))
	return to_elements(value)


func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedFloat32Array()
	value.resize(size())
	for i in value.size():
		var from := _low_of(i)
		var to := _high_of(i)
		value[i] = rng.randf_range(from if is_finite(from) else -1.0, to if is_finite(to) else 1.0)
	return to_elements(value)


func to_elements(value: Variant) -> Variant:
	if dtype == Dtype.FLOAT32:
		return _to_floats(value)
	match typeof(value):
		TYPE_PACKED_BYTE_ARRAY, TYPE_ARRAY, TYPE_PACKED_FLOAT32_ARRAY, TYPE_PACKED_INT32_ARRAY:
			var bytes := PackedByteArray(Array(value))
			return bytes if bytes.size() == size() else null
	return null


func expectation() -> String:
	return "%d %s values" % [size(), DTYPE_NAMES[dtype]]


func _to_floats(value: Variant) -> Variant:
	var floats: PackedFloat32Array
	match typeof(value):
		TYPE_PACKED_FLOAT32_ARRAY:
			floats = value
		TYPE_PACKED_FLOAT64_ARRAY, TYPE_ARRAY, TYPE_PACKED_INT32_ARRAY, TYPE_PACKED_INT64_ARRAY:
			floats = PackedFloat32Array(Array(value))
		TYPE_FLOAT, TYPE_INT, TYPE_BOOL:
			floats = [float(value)]
		TYPE_VECTOR2:
			var pair: Vector2 = value
			floats = [pair.x, pair.y]
		TYPE_VECTOR3:
			var triple: Vector3 = value
			floats = [triple.x, triple.y, triple.z]
		_:
			return null
	return floats if floats.size() == size() else null


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
	return bound if is_finite(bound) else null
