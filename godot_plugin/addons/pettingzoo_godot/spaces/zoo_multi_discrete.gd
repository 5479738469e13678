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
	var integers: Variant = _to_integers(value, nvec)
	if integers == null:
		return null
	return PackedInt64Array(integers as Array)


func expectation() -> String:
	return "%d ints, each from 0 and below %s" % [nvec.size(), nvec]
