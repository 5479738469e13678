@tool
@icon("../icons/zoo_space.svg")
class_name ZooMultiBinary
extends ZooSpace
## Several switches. Scripts see a [PackedByteArray] of zeros and ones.

## Number of switches.
@export_range(1, 1000000) var n: int = 2


## Number of switches.
func describe() -> Dictionary:
	return {"type": "multi_binary", "n": n}


## A switch is one u8.
func section() -> Section:
	return Section.U8


## One element per switch.
func size() -> int:
	return n


## All switches off.
func neutral() -> Variant:
	var value := PackedByteArray()
	value.resize(n)
	return value


## Every switch on or off, equally likely.
func sample(rng: RandomNumberGenerator) -> Variant:
	var value := PackedByteArray()
	for i in n:
		value.append(rng.randi_range(0, 1))
	return value


## An array of zeros and ones, packed or not; null for anything else.
func to_elements(value: Variant) -> Variant:
	var integers: Variant = _to_integers(value, _repeated(2, n))
	if integers == null:
		return null
	return PackedByteArray(integers as Array)


## Number of the switches.
func expectation() -> String:
	return "%d zeros and ones" % n
