@tool
@icon("icons/zoo_parameter.svg")
class_name ZooParameter
extends Resource
## One number or switch of a scene that Python may set: by [code]parameters={...}[/code] for all
## episodes, by [code]reset(options={...})[/code] for one.
##
## [method ZooEnvironment._reset] receives all of them, with [member default] for those not set.

const _TYPES: Dictionary[int, String] = {
	TYPE_BOOL: "bool",
	TYPE_INT: "int",
	TYPE_FLOAT: "float",
	TYPE_STRING: "string",
}

## Name in Python.
@export var name: String = ""
## Value when Python sets none; a [bool], [int], [float] or [String]. Its type is the parameter's.
@export var default: Variant = 0.0
## Smallest value, for numbers; -inf for none.
@export var minimum: float = -INF
## Largest value, for numbers; inf for none.
@export var maximum: float = INF
## One line for Python's users, with the unit.
@export var description: String = ""
## Whether it shapes agents or spaces: Python sets it when it makes the environment, a reset cannot.
@export var fixed: bool = false
## What a text may be; empty: anything.
@export var choices: PackedStringArray = PackedStringArray()


## A parameter made by a script: see the members for the arguments.
static func make(
	called: String, value: Variant, from: float = -INF, to: float = INF, about: String = ""
) -> ZooParameter:
	var parameter := ZooParameter.new()
	parameter.name = called
	parameter.default = value
	parameter.minimum = from
	parameter.maximum = to
	parameter.description = about
	return parameter


## Whether [member default] has one of the types that Python may set.
func is_typed() -> bool:
	return _TYPES.has(typeof(default))


## [param value] as this parameter's type has it: JSON has one kind of number.
func typed(value: Variant) -> Variant:
	return int(value) if typeof(default) == TYPE_INT and typeof(value) == TYPE_FLOAT else value


## This parameter as the hello describes it (docs/PROTOCOL.md 2.2).
func describe() -> Dictionary:
	return {
		"name": name,
		"type": _TYPES.get(typeof(default), "string"),
		"default": default,
		"minimum": _finite_or_null(minimum),
		"maximum": _finite_or_null(maximum),
		"description": description,
		"fixed": fixed,
		"choices": Array(choices),
	}


func _finite_or_null(bound: float) -> Variant:
	if is_finite(bound):
		return bound
	return null
