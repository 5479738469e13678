# meta-name: Agent for Python
# meta-description: What one PettingZoo agent observes, does and earns
# meta-space-indent: 4
extends _BASE_
## One agent, below the body that it drives.


# Called at the start of each episode: place the body, draw from environment.rng only.
func _reset() -> void:
	pass


# Called with each step's action, a value of action_space.
func _act(_action: Variant) -> void:
	pass


# Called once per step, after physics. Not needed when sensors see enough.
func _observe() -> Variant:
	return PackedFloat32Array([0.0])

# To call from anywhere in the scene: add_reward(1.0), terminate(), truncate().
