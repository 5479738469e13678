@tool
@icon("../icons/zoo_space.svg")
class_name ZooDiscrete
extends ZooSpace
## One of [member n] choices, numbered from [member start]. Scripts see an [int].

## Number of choices.
@export_range(1, 1000000) var n: int = 2
## Number of the first choice.
@export var start: int = 0


## A choice out of [param count], numbered from 0.
static func choices(count: int) -> ZooDiscrete:
	var space := ZooDiscrete.new()
	space.n = count
	return space


## Number of choices, and number of the first one.
func describe() -> Dictionary:
	return {"type": "discrete", "n": n, "start": start}


## A choice is one i64.
func section() -> Section:
	return Section.I64


## One: the choice.
func size() -> int:
	return 1


## The first choice.
func neutral() -> Variant:
	return start


## Every choice is equally likely.
func sample(rng: RandomNumberGenerator) -> Variant:
	return rng.randi_range(start, start + n - 1)


## The choice as an [int].
func from_elements(elements: Variant) -> Variant:
	return (elements as PackedInt64Array)[0]


## An [int] or [bool]; null if it is no choice.
func to_elements(value: Variant) -> Variant:
	if typeof(value) != TYPE_INT and typeof(value) != TYPE_BOOL:
		return null
	var choice := int(value)
	if choice < start or choice >= start + n:
		return null
	return PackedInt64Array([choice])


## The range of the choices.
func expectation() -> String:
	return "an int from %d to %d" % [start, start + n - 1]
