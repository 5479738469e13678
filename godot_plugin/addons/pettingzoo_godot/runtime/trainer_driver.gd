extends "driver.gd"
## Lets a trainer in Python decide: the engine's side of docs/PROTOCOL.md.

const Above := preload("above.gd")
const Bridge := preload("bridge.gd")
const Buffers := preload("../wire/zoo_buffers.gd")
const Codec := preload("../wire/zoo_codec.gd")
const EpisodeOptions := preload("episode_options.gd")
const Faults := preload("faults.gd")
const LaunchOptions := preload("launch_options.gd")
const Layout := preload("../wire/zoo_layout.gd")
const Link := preload("../wire/web_socket_link.gd")
const Pictures := preload("pictures.gd")
const PointOfView := preload("point_of_view.gd")
const Protocol := preload("../wire/zoo_protocol.gd")
const Slot := preload("slot.gd")

const _EXIT_LOST := 3  # exit code when the trainer is gone
const _EXIT_FAULT := 4  # exit code after a fault
const _PATIENCE_USEC := 2000  # how long a polling engine waits before it shows a picture again
const _DELAY_USEC := 20  # between two polls
const _LONG_WAIT_USEC := 50000  # then the trainer is busy elsewhere: poll less often
const _LONG_DELAY_USEC := 2000

# Between two looks whether the trainer's process lives; a close waits for it.
const _WATCH_MSEC := 50

var _bridge: Bridge
var _options: LaunchOptions
var _link: Link
var _protocol: Protocol = Protocol.new()
var _layout: Layout
var _slots: Array[Slot] = []  # of all arenas
var _report: Buffers
var _step: Buffers
var _report_is_due: bool = false
var _render: Dictionary = {}  # the packet that a picture is due for
var _pictures: Pictures = Pictures.new()
var _arrival_usec: int = 0
var _report_usec: int = 0
var _script_errors: RefCounted
var _over: bool = false
var _watchdog: Thread


func _init(bridge: Bridge, options: LaunchOptions) -> void:
	_bridge = bridge
	_options = options
	if ClassDB.class_exists(&"Logger"):
		var folder := (get_script() as Script).resource_path.get_base_dir()
		_script_errors = load(folder.path_join("script_errors.gd")).new()
		OS.call(&"add_logger", _script_errors)
	# A trainer that cannot be seen lives outside of this engine's container.
	if options.trainer_pid > 0 and OS.has_feature("linux") and _lives(options.trainer_pid):
		_watchdog = Thread.new()
		_watchdog.start(_watch.bind(options.trainer_pid))


## Answers the trainer, then does what it asks for next.
func drive() -> bool:
	if _over:
		return false
	if _link == null:
		return _greet()
	if _report_is_due and not _send_report():
		return false
	if not _render.is_empty() and not _send_picture():
		return false
	return _receive()


## Tells the trainer that there is nothing left to train.
func scene_lost() -> void:
	if _over:
		return
	if _link == null:
		_over = true
		return
	Faults.report(
		"the ZooEnvironment is gone: a scene must not be changed while it is trained.", null
	)
	_fail(Faults.take())


## Makes a first episode to learn the agents' spaces, connects, says hello. Returns false: the first
## reset waits for the next frame. In this one, new nodes can lie in the memory of freed ones, and
## group calls would take them for removed (see [method Arena.free_old_instance]).
func _greet() -> bool:
	var arenas := _bridge.all_arenas()
	var seeds := PackedInt64Array()
	seeds.resize(arenas.size())
	_bridge.begin_episodes(arenas, seeds, EpisodeOptions.complete(_bridge.environment()), 0)
	var hello := _hello()
	if not Faults.any():
		_lay_out(hello)
	_link = Link.new()
	if _link.open(_options.url, _options.token) != OK:
		return _give_up()
	if Faults.any():
		return _fail(Faults.take())
	_link.binary_limit = _layout.step_size()
	_protocol.advance("hello")
	_link.send_text(Codec.encode_text("hello", hello))
	return false


func _give_up() -> bool:
	var where := "no link to %s: %s." % [_options.url, _link.closed_because]
	if _options.trainer_pid == 0:
		# A scene from the editor stays a game; the file may be a killed Python's.
		LaunchOptions.refuse_connection_file()
		push_warning("pettingzoo_godot: %s This stays a game." % where)
	else:
		push_error(
			(
				"pettingzoo_godot: %s This addon speaks %s." % [where, Codec.SUBPROTOCOL]
				+ " Is the Python program still running, and of the same version?"
			)
		)
	return _end(_EXIT_LOST)


func _lay_out(hello: Dictionary) -> void:
	_layout = Layout.new(hello["agents"], _bridge.arenas.size(), hello["state_size"])
	_report = Buffers.new(_layout.report_counts)
	_step = Buffers.new(_layout.step_counts)
	_slots = _bridge.place(_layout)


func _hello() -> Dictionary:
	var environment := _bridge.environment()
	var agents: Array = []
	var ids: Dictionary[String, Node] = {}
	for slot in _bridge.arenas[0].slots:
		var agent := slot.agent
		var id := agent.resolved_id()
		if ids.has(id):
			Faults.report(
				(
					"has the ID %s, as %s has: rename a node or set agent_id."
					% [id, ids[id].get_path()]
				),
				agent
			)
		ids[id] = agent
		agents.append(_describe_agent(slot))
	if agents.is_empty():
		Faults.report("no agent for Python: add a ZooAgent with control mode REMOTE.", environment)
	_check_groups(agents)
	_check_environment(environment)
	_check_places(environment.arena_root())
	var engine := Engine.get_version_info()
	var window := LaunchOptions.window_size()
	return {
		"protocol": Codec.PROTOCOL_VERSION,
		"addon": _addon_version(),
		"engine": "%d.%d.%d" % [engine["major"], engine["minor"], engine["patch"]],
		"scene": environment.arena_root().scene_file_path,
		"tick_seconds": 1.0 / Engine.physics_ticks_per_second,
		"ticks_per_step": environment.ticks_per_step,
		"max_steps": environment.max_steps,
		"arenas": _bridge.arenas.size(),
		"state_size": environment._state().size(),
		"agents": agents,
		"parameters": environment.parameters.filter(_is_given).map(_describe),
		"window": [window.x, window.y],
		"cameras": Array(PointOfView.names_of(environment.arena_root())),
	}


func _describe_agent(slot: Slot) -> Dictionary:
	var columns: Dictionary[String, bool] = {"tick": true, "TimeLimit.truncated": true}
	for column in slot.agent.info_columns():
		if columns.has(column):
			Faults.report(
				"info_names, reward_components: %s is taken or there twice: rename it." % column,
				slot.agent
			)
		columns[column] = true
	var description := slot.describe()
	description["id"] = slot.agent.resolved_id()
	description["node"] = _bridge.path_of(slot.agent)
	return description


func _check_environment(environment: ZooEnvironment) -> void:
	if environment.ticks_per_step < 1 or environment.settle_ticks < 1:
		Faults.report("ticks_per_step, settle_ticks: expected 1 or more.", environment)
	for parameter in environment.parameters:
		if parameter == null or parameter.name == "" or not parameter.is_typed():
			(
				Faults
				. report(
					"parameters: expected each with a name, and a bool, int, float or String as default.",
					environment
				)
			)


## What works for an agent does nothing elsewhere.
func _check_places(root: Node) -> void:
	for type: String in ["ZooSensor", "ZooActuator", "ZooReward"]:
		for part in root.find_children("*", type, true, false):
			if Above.agent_of(part) == null:
				Faults.report("works for no agent: place it below a ZooAgent.", part)


## Agents of one policy group share a batch: their spaces and columns must be equal.
func _check_groups(agents: Array) -> void:
	var first_of: Dictionary[String, int] = {}
	for i in agents.size():
		var first: int = first_of.get_or_add(agents[i]["policy_group"], i)
		for what: String in ["observation_space", "action_space", "info"]:
			if agents[i][what] != agents[first][what]:
				Faults.report(
					(
						(
							"expected the %s of %s, which is in the same policy_group, %s; got %s."
							% [what, agents[first]["id"], agents[first][what], agents[i][what]]
						)
						+ " Set another policy_group."
					),
					_bridge.arenas[0].slots[i].agent
				)


func _is_given(parameter: ZooParameter) -> bool:
	return parameter != null


func _describe(parameter: ZooParameter) -> Dictionary:
	var description := parameter.describe()
	if parameter.fixed:  # this engine has what it was started with
		description["default"] = _bridge.environment().options[parameter.name]
	return description


func _addon_version() -> String:
	var config := ConfigFile.new()
	var folder := (get_script() as Script).resource_path.get_base_dir().get_base_dir()
	config.load(folder.path_join("plugin.cfg"))
	return config.get_value("plugin", "version", "unknown")


func _send_report() -> bool:
	_bridge.write_report(_report, _layout.state_offset, _layout.state_size)
	if Faults.any():
		return _fail(Faults.take())
	_report_is_due = false
	_report_usec = Time.get_ticks_usec()
	_protocol.advance("report")
	_link.send_binary(
		Codec.encode_binary(
			Codec.KIND_REPORT,
			_protocol.sequence,
			_report_usec - _arrival_usec,
			_bridge.tick,
			_report
		)
	)
	return true


## Handles packets until one of them lets time go on. Returns false while there is none.
func _receive() -> bool:
	var give_up := 0
	while not _over and _render.is_empty():
		var packet: Variant = _link.receive(_options.may_block)
		if packet == null:
			if _link.closed_because != "":
				return _end(_EXIT_LOST)
			if give_up == 0:
				give_up = Time.get_ticks_usec() + _PATIENCE_USEC
			elif Time.get_ticks_usec() > give_up:
				return false
			var waited := Time.get_ticks_usec() - _report_usec
			OS.delay_usec(_DELAY_USEC if waited < _LONG_WAIT_USEC else _LONG_DELAY_USEC)
			continue
		_arrival_usec = Time.get_ticks_usec()
		var goes_on := _handle_text(packet) if packet is String else _handle_step(packet)
		if goes_on:
			_report_is_due = true
			return true
	return false


func _handle_step(packet: PackedByteArray) -> bool:
	if Codec.decode_binary(packet, Codec.KIND_STEP, _step) != OK:
		return _reject(
			"expected a step of %d bytes, got %d bytes." % [_layout.step_size(), packet.size()]
		)
	if not _accept("step", Codec.sequence_of(packet)):
		return false
	for slot in _slots:
		slot.take_action(_step)
	_bridge.begin_step()
	return true


func _handle_text(packet: String) -> bool:
	var message := Codec.decode_text(packet)
	match message.get("type", ""):
		"configure":
			if _protocol.advance("configure") == OK:
				_bridge.speedup = message.get("speedup", 0.0)
				return false
		"reset":
			return _reset(message)
		"render":
			return _prepare_picture(message)
		"close":
			_protocol.advance("close")
			return _end(0)
		"fault":
			push_error("pettingzoo_godot: Python reports: %s" % message.get("message", ""))
			return _end(_EXIT_FAULT)
	return _reject("not legal while %s: %s" % [_protocol.state, packet.left(120)])


func _reset(message: Dictionary) -> bool:
	if not _accept("reset", int(message.get("sequence", -1))):
		return false
	var indices := PackedInt32Array(message.get("arenas", []) as Array)
	var seeds := PackedInt64Array(message.get("seeds", []) as Array)
	var known := _bridge.all_arenas()
	if indices.is_empty() or indices.size() != seeds.size():
		return _reject("expected a reset of some arenas, with one seed each.")
	for i in indices:
		if not known.has(i) or indices.count(i) > 1:
			return _reject("a reset names arena %d of %d, or names it twice." % [i, known.size()])
	var chosen: Dictionary = message.get("options", {})
	var heuristics := PackedStringArray(message.get("heuristics", []) as Array)
	_bridge.begin_episodes(
		indices,
		seeds,
		EpisodeOptions.complete(_bridge.environment(), chosen),
		int(message.get("max_steps", 0)),
		heuristics,
		PackedStringArray(message.get("people", []) as Array)
	)
	return true


## Lets the scene show what is. It is drawn in the next frame: what scenes draw by themselves waits
## for the end of this one. Time does not go on.
func _prepare_picture(message: Dictionary) -> bool:
	if _protocol.advance("render") != OK:
		return _reject("render is not legal while %s." % _protocol.state)
	var indices := PackedInt32Array(message.get("arenas", []) as Array)
	if indices.is_empty() or _options.picture_size == Vector2i.ZERO:
		return _reject("expected a render of some arenas, in an engine with --zoo-picture=WxH.")
	for i in indices:
		if i < 0 or i >= _bridge.arenas.size():
			return _reject("a render names arena %d of %d." % [i, _bridge.arenas.size()])
		Faults.subject = _bridge.arenas[i].environment
		_bridge.arenas[i].environment.picture_due.emit()
	Faults.subject = null
	_render = message
	return false


func _send_picture() -> bool:
	var indices := PackedInt32Array(_render["arenas"] as Array)
	var camera: String = _render.get("camera", "")
	_render = {}
	var pixels := _pictures.take(_bridge.arenas, indices, camera, _bridge.tick)
	if Faults.any():
		return _fail(Faults.take())
	_protocol.advance("picture")
	_link.send_binary(Codec.encode_picture(_protocol.sequence, _options.picture_size, pixels))
	return true


func _accept(type: String, sequence: int) -> bool:
	match _protocol.begin(type, sequence):
		OK:
			return true
		ERR_INVALID_DATA:
			return _reject("%s is not legal while %s." % [type, _protocol.state])
	return _reject("%s number %d does not follow %d." % [type, sequence, _protocol.sequence])


func _reject(message: String) -> bool:
	return _fail({"kind": "protocol", "message": message, "node": "", "agent": ""})


## Tells Python what went wrong and ends the conversation.
func _fail(fault: Dictionary) -> bool:
	_link.send_text(Codec.encode_text("fault", fault))
	return _end(_EXIT_FAULT)


## Ends the conversation: an engine that Python started quits, a scene from the editor goes on as
## a game.
func _end(exit_code: int) -> bool:
	_over = true
	_link.close()
	if _watchdog != null:
		_watchdog.wait_to_finish()
	if _script_errors != null:
		OS.call(&"remove_logger", _script_errors)
	if _options.may_block or _options.trainer_pid > 0:
		_bridge.get_tree().quit(exit_code)
		return false
	_bridge.leave_trainer()
	return false


## Ends this process when the trainer's is gone: the main thread may hang in a scene's endless loop.
func _watch(trainer_pid: int) -> void:
	while not _over:
		OS.delay_msec(_WATCH_MSEC)
		if not _lives(trainer_pid):
			OS.kill(OS.get_process_id())


## Whether a process runs. One that has ended exists, as a zombie, until its parent asks for its
## exit code (proc(5), field 3 of stat). Not our own parent: that may be a script around Godot.
func _lives(pid: int) -> bool:
	var file := FileAccess.open("/proc/%d/stat" % pid, FileAccess.READ)
	if file == null:
		return false
	var stat := file.get_line()
	return not stat.substr(stat.rfind(")") + 2, 1) in ["Z", "X"]
