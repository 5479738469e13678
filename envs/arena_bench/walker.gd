extends ZooAgent
## Walks where its action says, and pushes the boxes that are in its way.

## Fastest walk [m/s].
const SPEED := 6.0
## Half the side of the arena [m].
const HALF := 6.0
const _PUSH := 0.5  # N s, what a box in the way is given on each tick
const _LAP_RADIUS := 4.6  # m, of the heuristic's way around the pillars

var _unread: PackedFloat32Array = []

@onready var body: CharacterBody3D = get_parent()
@onready var _eyes: ZooRaySensor3D = $Eyes


func _ready() -> void:
	_unread.resize(_eyes.observation_size())


func _act(action: Variant) -> void:
	var direction: PackedFloat32Array = action
	body.velocity = Vector3(direction[0], 0.0, direction[1]).limit_length() * SPEED
	body.move_and_slide()
	for i in body.get_slide_collision_count():
		var hit := body.get_slide_collision(i)
		var box := hit.get_collider() as RigidBody3D
		if box != null:
			box.apply_central_impulse(-_PUSH * hit.get_normal())


func _observe() -> Variant:
	var place := body.position
	var velocity := body.velocity
	return PackedFloat32Array(
		[place.x / HALF, place.z / HALF, velocity.x / SPEED, velocity.z / SPEED]
	)


func _heuristic() -> Variant:
	var outward := Vector3(body.position.x, 0.0, body.position.z)
	var inside := _LAP_RADIUS - outward.length()
	var direction := Vector3.UP.cross(outward).normalized() + inside * outward.normalized()
	direction = direction.normalized()
	return PackedFloat32Array([direction.x, direction.z])


## How fast it goes around the centre, counter-clockwise seen from above, as a part of the fastest
## walk.
func progress() -> float:
	return body.velocity.dot(Vector3.UP.cross(body.position).normalized()) / SPEED


## Draws the rays. In a game nobody else reads the sensor.
func show_rays() -> void:
	_eyes.debug_draw = true
	if not environment.has_trainer():
		_eyes.write(_unread, 0)
