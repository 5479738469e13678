@tool
@icon("../icons/zoo_space.svg")
class_name ZooMultiDiscrete
extends ZooSpace
## Several independent choices. Scripts see a [PackedInt64Array], each entry from 0.

## Number of choices of each entry.
@export var nvec: PackedInt32Array = [2, 2]


func describe() -> Dictionary:
	return {"type": "multi_discrete", "nvec": Array(nvec)}


func section() -> Section:
	return Section.I64


func size() -> int:
	return nvec.size()


func neutral() -> Variant:
	var value := PackedInt64Array()
	value.resize(nvec.size())
	return value


func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedInt64Array()
	for n in nvec:
		value.append(rng.randi_range(0, n - 1))
	return value


func to_elements(value: Variant) -> Variant:
	match typeof(value):
		TYPE_PACKED_INT64_ARRAY, TYPE_PACKED_INT32_ARRAY, TYPE_ARRAY:
			pass
		_:
			return null
	var elements := PackedInt64Array(Array(value))
	if elements.size() != nvec.size():
		return null
	for i in elements.size():
		if elements[i] < 0 or elements[i] >= nvec[i]:
			return null
	return elements


func expectation() -> String:
	return "%d ints, each from 0 and below %s" % [nvec.size(), nvec]
