extends RefCounted
## Values of a scene's parameters for an episode: chosen by a reset, given when the engine was
## started (fixed ones, and those of a game that somebody plays), or their defaults.

const LaunchOptions := preload("launch_options.gd")

static var _given: Dictionary = {}
static var _is_read: bool = false


## A value for each parameter of [param environment]: the one in [param chosen], or else what this
## engine was started with, or else its default.
static func complete(environment: ZooEnvironment, chosen: Dictionary = {}) -> Dictionary:
	var given := _read()
	var options := {}
	for parameter in environment.parameters:
		if parameter != null:
			var value: Variant = given.get(parameter.name, parameter.default)
			options[parameter.name] = parameter.typed(chosen.get(parameter.name, value))
	return options


static func _read() -> Dictionary:
	if not _is_read:
		_is_read = true
		_given = LaunchOptions.from_command_line().parameters
	return _given
