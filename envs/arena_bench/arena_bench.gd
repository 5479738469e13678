extends ZooEnvironment
## Four walkers run laps around four pillars, among boxes that they push: a scene for measurements.

const Walker := preload("walker.gd")

# Walkers and boxes start by turns in the sectors of a ring that is free of walls and pillars. In
# the scene's file, walkers stand between the pillars, where no box can start: for one tick, Godot's
# physics takes a character body that was moved to be on its way, and throws boxes out of it.
const _INNER_RADIUS := 4.3  # m
const _OUTER_RADIUS := 5.0  # m
const _JITTER := 0.15  # parts of a sector by which a start is off its middle

var _walkers: Array[Walker] = []


func _ready() -> void:
	super()
	_walkers.assign(agents())
	if DisplayServer.get_name() != "headless":
		for walker in _walkers:
			step_ended.connect(walker.show_rays)


func _reset(_values: Dictionary) -> void:
	var bodies: Array[Node3D] = []
	for i in _walkers.size():
		bodies.append(_walkers[i].body)
		bodies.append(get_node("Box%d" % i))
	var first := rng.randf_range(0.0, TAU)
	for i in bodies.size():
		var angle := first + TAU * (i + rng.randf_range(-_JITTER, _JITTER)) / bodies.size()
		var radius := rng.randf_range(_INNER_RADIUS, _OUTER_RADIUS)
		bodies[i].position.x = radius * cos(angle)
		bodies[i].position.z = radius * sin(angle)


func _after_step() -> void:
	for walker in _walkers:
		walker.add_reward(walker.progress())
