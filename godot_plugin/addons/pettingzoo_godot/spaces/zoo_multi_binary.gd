@tool
@icon("../icons/zoo_space.svg")
class_name ZooMultiBinary
extends ZooSpace
## Several switches. Scripts see a [PackedByteArray] of zeros and ones.

## Number of switches.
@export_range(1, 1000000) var n: int = 2


func describe() -> Dictionary:
	return {"type": "multi_binary", "n": n}


func section() -> Section:
	return Section.U8


func size() -> int:
	return n


func neutral() -> Variant:
	var value := PackedByteArray()
	value.resize(n)
	return value


func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedByteArray()
	for i in n:
		value.append(rng.randi_range(0, 1))
	return value


func to_elements(value: Variant) -> Variant:
	match typeof(value):
		TYPE_PACKED_BYTE_ARRAY, TYPE_ARRAY:
			pass
		_:
			return null
	var elements := PackedByteArray(Array(value))
	if elements.size() != n:
		return null
	for element in elements:
		if element > 1:
			return null
	return elements


func expectation() -> String:
	return "%d zeros and ones" % n
