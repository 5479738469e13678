extends Node
## The step loop: the one place that says what happens when in a physics tick.
##
## It runs first in every physics frame, when the consequences of the last tick are complete
## (transforms of rigid bodies, area signals): there it ends the step that is over, lets its
## driver decide what comes next, and lets the agents act; then the frame goes on. A driver is a
## trainer in Python, a game without one, or a benchmark.

const Buffers := preload("../wire/zoo_buffers.gd")
const Layout := preload("../wire/zoo_layout.gd")
const Arena := preload("arena.gd")
const Driver := preload("driver.gd")
const Faults := preload("faults.gd")
const GameDriver := preload("game_driver.gd")
const LaunchOptions := preload("launch_options.gd")
const Pictures := preload("pictures.gd")
const Slot := preload("slot.gd")

const _NAME := "ZooBridge"
const _FIRST := -1000000  # before any priority that a scene would use

## Physics frames in which no time passed: nobody had decided yet, or a picture was drawn.
static var waits: int = 0

## The arenas of this engine.
var arenas: Array[Arena] = []
## Physics ticks that this engine has simulated.
var tick: int = 0
## Whether a trainer decides: then agents are exposed to it, and a fault ends the run.
var with_trainer: bool = false
## Multiple of real time at which steps run; 0: as fast as possible.
var speedup: float = 0.0
var _driver: Driver
var _environment: ZooEnvironment  # of the first arena
var _loaded: Array[ZooEnvironment] = []  # of the scene as it was loaded: one per arena
var _remaining: int = 0
var _in_step: bool = false
var _all: PackedInt32Array = []
var _reported: PackedInt32Array = []  # arenas that the next report is about
var _frozen: Array[Arena] = []  # while others settle
var _ticking: bool = false
var _attached: bool = false
var _next_tick_usec: int = 0
var _is_framed: bool = false  # a single arena, put into a viewport that draws pictures


## Lets [param arrival] be stepped by this engine's bridge, which is made on first use.
static func attach(arrival: ZooEnvironment) -> void:
	var root := arrival.get_tree().root
	if root.has_meta(_NAME):
		var bridge: Node = root.get_meta(_NAME)
		bridge.call(&"_adopt", arrival)
		return
	var made: Node = new()
	root.set_meta(_NAME, made)
	made.call(&"_adopt", arrival)
	# The root is busy while it makes its children ready.
	root.add_child.call_deferred(made)


## The bridge that steps [param one].
static func of(one: ZooEnvironment) -> Node:
	return one.get_tree().root.get_meta(_NAME)


func _init() -> void:
	name = _NAME
	process_physics_priority = _FIRST
	process_mode = Node.PROCESS_MODE_ALWAYS


func _ready() -> void:
	var options := LaunchOptions.from_command_line()
	if options.picture_size != Vector2i.ZERO:
		Pictures.draw_on_demand(get_tree())
	if options.engine_only_steps > 0:
		_driver = preload("engine_only_driver.gd").new(self, options.engine_only_steps)
	elif options.url != "" or (OS.has_feature("editor") and options.read_connection_file()):
		join_trainer(options)
	else:
		_driver = GameDriver.new(self)


func _physics_process(_delta: float) -> void:
	if not is_instance_valid(_environment) or not _environment.is_inside_tree():
		_driver.scene_lost()  # the next scene's ZooEnvironment attaches itself
		return
	if not _may_tick():
		return
	if _ticking:
		tick += 1
	else:
		waits += 1
	if _remaining > 0:
		_remaining -= 1
		if _in_step:
			_act(false)
	else:
		_end_step()
		_set_ticking(_driver.drive())
	if speedup > 0.0 and _ticking:
		_pace()


## Gives control to a trainer; called by [GameDriver] too, when one appears.
func join_trainer(options: LaunchOptions) -> void:
	with_trainer = true
	_start_over()
	_driver = preload("trainer_driver.gd").new(self, options)


## Goes on as a game without a trainer.
func leave_trainer() -> void:
	with_trainer = false
	speedup = 0.0
	_start_over()
	_driver = GameDriver.new(self)


## Indices of all arenas; makes them if there are none yet.
func all_arenas() -> PackedInt32Array:
	if arenas.is_empty():
		_multiply()
		for first in _loaded:
			arenas.append(Arena.new(first, with_trainer, _loaded.size() == 1))
		_all = PackedInt32Array(range(arenas.size()))
	return _all


## Begins an episode in the arenas [param indices] with one seed each. They settle for as many
## ticks as the scene says; under a trainer, the others' time stands still meanwhile.
## [param max_steps] 0: no limit. For the agents whose IDs are in [param heuristics], these decide;
## for those in [param people], a person does.
func begin_episodes(
	indices: PackedInt32Array,
	seeds: PackedInt64Array,
	options: Dictionary,
	max_steps: int,
	heuristics: PackedStringArray = PackedStringArray(),
	people: PackedStringArray = PackedStringArray()
) -> void:
	_attached = true
	for i in indices.size():
		arenas[indices[i]].begin_episode(seeds[i], options, max_steps, heuristics, people)
	for i in indices:
		arenas[i].free_old_instance()
	_attached = false
	_environment = arenas[0].environment
	_in_step = false
	_reported = indices
	_remaining = 0
	var others := arenas.size() - indices.size()
	if others == 0 or with_trainer:
		_remaining = arenas[indices[0]].environment.settle_ticks - 1
	if others > 0 and with_trainer:
		for i in arenas.size():
			if not indices.has(i):
				_frozen.append(arenas[i])
				arenas[i].set_frozen(true)


## Begins a step: the agents act at once, then the frame goes on.
func begin_step() -> void:
	_in_step = true
	_reported = _all
	var play := 0 if with_trainer else _environment.play_ticks_per_step
	_remaining = (play if play > 0 else _environment.ticks_per_step) - 1
	_act(true)


## Tells the slots of all arenas where their elements lie, and returns them.
func place(layout: Layout) -> Array[Slot]:
	var slots: Array[Slot] = []
	for i in arenas.size():
		for j in arenas[i].slots.size():
			arenas[i].slots[j].place(layout.slot(j, i))
		slots.append_array(arenas[i].slots)
	return slots


## Observations, rewards and flags, and the states, into [param report]: of the arenas that began an
## episode, or of all after a step.
func write_report(report: Buffers, state_offset: int, state_size: int) -> void:
	for i in _reported:
		arenas[i].write_report(report, state_offset + i * state_size, state_size)


## Where a node is in the scene that its author made.
func path_of(node: Node) -> String:
	var path := str(node.get_path())
	return path.replace("/ZooArenas/Arena0/", "/") if _is_framed else path


## The environment as it is now.
func environment() -> ZooEnvironment:
	return _environment


## Closes a step that no report is written for.
func finish_step() -> void:
	for arena in arenas:
		arena.finish_step()


## Indices of the arenas in which every agent is done.
func arenas_over() -> PackedInt32Array:
	var over := PackedInt32Array()
	for i in arenas.size():
		if arenas[i].is_over():
			over.append(i)
	return over


func _adopt(arrival: ZooEnvironment) -> void:
	if _attached:
		return  # an episode's new instance: its arena knows it
	if is_instance_valid(_environment):
		if _copier_of(arrival) != null and _copier_of(arrival) == _copier_of(_environment):
			_loaded.append(arrival)
			return
		Faults.report(
			(
				"a scene has one ZooEnvironment, this is the second, besides %s."
				% _environment.get_path()
			),
			arrival
		)
		return
	_start_over()
	_environment = arrival
	_loaded = [arrival]


## Puts as many copies in the scene's place as the trainer wants; a scene with [ZooArenas] has done
## so by itself.
func _multiply() -> void:
	var options: LaunchOptions = LaunchOptions.from_command_line()
	var is_single := options.arenas <= 1
	if is_single and options.picture_size == Vector2i.ZERO or _copier_of(_environment) != null:
		return
	_is_framed = is_single
	var root := _environment.arena_root()
	if root.scene_file_path == "":
		Faults.report("cannot be copied: save it as a scene of its own.", _environment)
		return
	var copier := ZooArenas.new()
	copier.name = "ZooArenas"
	copier.scene = load(root.scene_file_path)
	var parent := root.get_parent()
	var index := root.get_index()
	var is_current := get_tree().current_scene == root
	parent.remove_child(root)
	_environment = null
	parent.add_child(copier)  # its copies attach themselves
	parent.move_child(copier, index)
	if is_current:
		get_tree().current_scene = copier
	root.free()


func _copier_of(one: ZooEnvironment) -> ZooArenas:
	var node: Node = one
	while node != null and not node is ZooArenas:
		node = node.get_parent()
	return node


## Forgets the arenas: another driver exposes other agents, another scene has others.
func _start_over() -> void:
	_thaw()
	if not arenas.is_empty():
		_loaded.clear()
	for arena in arenas:
		_loaded.append(arena.environment)
	arenas.clear()
	_in_step = false
	_remaining = 0


func _thaw() -> void:
	for arena in _frozen:
		arena.set_frozen(false)
	_frozen.clear()


func _act(first_tick: bool) -> void:
	for arena in arenas:
		arena.act(first_tick)


func _end_step() -> void:
	_thaw()
	if not _in_step or not _ticking:
		return
	for arena in arenas:
		arena.end_step()
	_in_step = false


## Whether this frame is one of the steps': a game may pause itself; under a trainer the pause is
## the bridge's own, or a scene that pauses itself would stand still for ever.
func _may_tick() -> bool:
	if _ticking and get_tree().paused:
		if not with_trainer:
			return false
		get_tree().paused = false
	return true


## Time stands still while the driver waits: physics pauses with the tree.
func _set_ticking(ticking: bool) -> void:
	_ticking = ticking
	if get_tree().paused == ticking:
		get_tree().paused = not ticking


## Waits until this tick is due at the wanted multiple of real time.
func _pace() -> void:
	var now := Time.get_ticks_usec()
	# Those who watch a trainer see steps as long as those who play.
	var stretch := maxf(1.0, float(_environment.play_ticks_per_step) / _environment.ticks_per_step)
	_next_tick_usec += int(1_000_000.0 * stretch / (Engine.physics_ticks_per_second * speedup))
	if _next_tick_usec > now:
		OS.delay_usec(_next_tick_usec - now)
	elif now - _next_tick_usec > 100_000:
		_next_tick_usec = now  # a pause of the trainer is not caught up with
