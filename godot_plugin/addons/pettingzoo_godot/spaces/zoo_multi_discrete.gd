@tool
@icon("../icons/zoo_space.svg")
class_name ZooMultiDiscrete
extends ZooSpace
## Several independent choices. Scripts see a [PackedInt64Array], each entry from 0.

## Number of choices of each entry.
@export var nvec: PackedInt32Array = PackedInt32Array([2, 2])
## The choice of each entry that does nothing; empty: the first.
@export var idle: PackedInt32Array = PackedInt32Array()


## Number of choices of each entry.
func describe() -> Dictionary:
	return {"type": "multi_discrete", "nvec": Array(nvec)}


## An entry is one i64.
func section() -> Section:
	return Section.I64


## One element per entry.
func size() -> int:
	return nvec.size()


## The choices that do nothing, as [member idle] says.
func neutral() -> Variant:
	if not idle.is_empty():
		return PackedInt64Array(Array(idle))
	var value := PackedInt64Array()
	value.resize(nvec.size())
	return value


## Every entry drawn by itself, its choices equally likely.
func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedInt64Array()
	for n in nvec:
		value.append(rng.randi_range(0, n - 1))
	return value


## An array of as many integers as entries, each a choice of its own; null for others.
func to_elements(value: Variant) -> Variant:
	var integers: Variant = _to_integers(value, nvec)
	if integers == null:
		return null
	return PackedInt64Array(integers as Array)


## Number of the entries, and the choices of each.
func expectation() -> String:
	return "%d ints, each from 0 and below %s" % [nvec.size(), nvec]
