@tool
@icon("../icons/zoo_space.svg")
class_name ZooDict
extends ZooSpace
## Named spaces, none of them a [ZooDict]. Scripts see a [Dictionary] with the same keys.

## The members, in the order in which they travel.
@export var spaces: Dictionary[String, ZooSpace] = {}


## The members as pairs, because a JSON object has no order.
func describe() -> Dictionary:
	var members: Array = []
	for key in spaces:
		members.append([key, spaces[key].describe()])
	return {"type": "dict", "spaces": members}


## Elements of all members together.
func size() -> int:
	var count := 0
	for leaf in leaves():
		count += leaf.size()
	return count


## The members in their order.
func leaves() -> Array[ZooSpace]:
	var all: Array[ZooSpace] = []
	for key in spaces:
		all.append(spaces[key])
	return all


## Every member's neutral value.
func neutral() -> Variant:
	var value := {}
	for key in spaces:
		value[key] = spaces[key].neutral()
	return value


## A value of every member, drawn in their order.
func sample(rng: RandomNumberGenerator) -> Variant:
	var value := {}
	for key in spaces:
		value[key] = spaces[key].sample(rng)
	return value


## The keys that the [Dictionary] has to have.
func expectation() -> String:
	return "a Dictionary with the keys %s" % [spaces.keys()]
