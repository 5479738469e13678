extends ZooEnvironment
## One stand for each family of sensors, with what it sees drawn: the picture of docs/SENSORS.md,
## and the values that tests read in Python.
##
## Nothing moves. The parameter [code]noise[/code] is that of all sensors.

const Stand := preload("stand.gd")


func _init() -> void:
	parameters = [ZooParameter.make("noise", 0.0, 0.0, 1.0)]
	parameters[0].fixed = true


func _ready() -> void:
	_rays(_stand("Rays", "ZooRaySensor3D", Vector3(-4.0, 0.0, -3.0)))
	_vision(_stand("Vision", "ZooVision3D", Vector3(4.0, 0.0, -3.0)))
	_entities(_stand("Entities", "ZooEntitySensor3D", Vector3(-4.0, 0.0, 3.0)))
	_grid(_stand("Grid", "ZooGridSensor3D", Vector3(4.0, 0.0, 3.0)))
	super()


func _rays(stand: Stand) -> void:
	var rays := ZooRaySensor3D.new()
	rays.rays = 13
	rays.field_of_view = 180.0
	rays.length = 2.7
	rays.channel_groups = [stand.boxes]
	stand.add_sensor(rays)
	stand.add_box(Vector3(0.0, 0.0, -1.6))
	stand.add_wall(Vector3(-2.2, 0.0, -0.6), Vector3(0.2, 0.8, 2.0))
	stand.add_ball(Vector3(1.5, 0.0, -0.9))


func _vision(stand: Stand) -> void:
	var vision := ZooVision3D.new()
	vision.name = "ZooVision3D"
	vision.distance = 2.7
	vision.debug_draw = true
	stand.agent.add_child(vision)
	var seen := ZooEntitySensor3D.new()
	seen.group = stand.balls
	seen.vision = ^"../ZooVision3D"
	seen.with_velocity = false
	stand.add_sensor(seen)
	stand.add_wall(Vector3(0.3, 0.0, -1.2), Vector3(1.2, 0.8, 0.2))
	stand.add_ball(Vector3(0.5, 0.0, -2.0))
	stand.add_ball(Vector3(-1.3, 0.0, -1.0))
	stand.add_ball(Vector3(1.2, 0.0, 1.0))


func _entities(stand: Stand) -> void:
	for group: StringName in [stand.boxes, stand.balls]:
		var entities := ZooEntitySensor3D.new()
		entities.key = "boxes" if group == stand.boxes else "balls"
		entities.group = group
		entities.max_distance = 4.0
		entities.with_rotation = group == stand.boxes
		stand.add_sensor(entities)
	stand.add_box(Vector3(-1.5, 0.0, -1.2))
	stand.add_box(Vector3(1.6, 0.0, -0.2)).rotation.y = PI / 4.0
	stand.add_ball(Vector3(0.4, 0.0, -1.8))
	stand.add_ball(Vector3(-1.8, 0.0, 0.8))


func _grid(stand: Stand) -> void:
	var grid := ZooGridSensor3D.new()
	grid.key = "grid"
	grid.groups = [stand.boxes, stand.balls]
	grid.rows = 5
	grid.columns = 5
	grid.cell_size = 0.8
	stand.body.rotation.y = PI / 12.0
	stand.add_sensor(grid)
	stand.add_box(Vector3(-1.75, 0.0, -0.36))
	stand.add_box(Vector3(0.98, 0.0, 0.57))
	stand.add_ball(Vector3(0.36, 0.0, -1.75))


func _stand(agent_name: String, title: String, at: Vector3) -> Stand:
	var stand := Stand.new(agent_name, title, options["noise"])
	stand.position = at
	add_child(stand)
	return stand
