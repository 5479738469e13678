extends RefCounted
## What happened in which order, as numbers: the base of an event plus the index of its node.
## It outlives instances of the scene: an episode's end happens after its last observation.

enum {
	READY = 10,
	ENVIRONMENT_RESET = 20,
	AGENT_RESET = 30,
	EPISODE_STARTED = 40,
	STEP_STARTED = 50,
	ACT = 60,
	BODY_TICK = 70,
	BODY_ENTERED = 80,
	AFTER_STEP = 90,
	STEP_ENDED = 100,
	SENSOR = 110,
	OBSERVE = 120,
	STATE = 130,
	EPISODE_ENDED = 140,
	HEURISTIC = 150,
}

static var _entries: PackedInt32Array = []


## Notes an event.
static func note(event: int, index: int = 0) -> void:
	_entries.append(event + index)


## The events since the last call, at most [param count]; padded with zeros.
static func take(count: int) -> PackedFloat32Array:
	var taken := PackedFloat32Array()
	for entry in _entries.slice(0, count):
		taken.append(entry)
	taken.resize(count)
	_entries = _entries.slice(count)
	return taken
