@tool
@icon("../icons/zoo_space.svg")
class_name ZooDict
extends ZooSpace
## Named spaces, none of them a [ZooDict]. Scripts see a [Dictionary] with the same keys.

## The members, in the order in which they travel.
@export var spaces: Dictionary[String, ZooSpace] = {}


func describe() -> Dictionary:
	var members: Array = []
	for key in spaces:
		members.append([key, spaces[key].describe()])
	return {"type": "dict", "spaces": members}


func size() -> int:
	var count := 0
	for leaf in leaves():
		count += leaf.size()
	return count


func leaves() -> Array[ZooSpace]:
	var all: Array[ZooSpace] = []
	for key in spaces:
		all.append(spaces[key])
	return all


func neutral() -> Variant:
	var value := {}
	for key in spaces:
		value[key] = spaces[key].neutral()
	return value


func sample(rng: RandomNumberGenerator) -> Variant:
	var value := {}
	for key in spaces:
		value[key] = spaces[key].sample(rng)
	return value


func expectation() -> String:
	return "a Dictionary with the keys %s" % [spaces.keys()]
