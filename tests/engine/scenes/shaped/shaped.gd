extends ZooEnvironment
## Fixed parameters shape it: how many agents there are, and what they observe.

const Counter := preload("counter.gd")


func _ready() -> void:
	for i: int in options["count"]:
		var counter := Counter.new()
		counter.name = "Counter%d" % i
		counter.width = options["width"]
		add_child(counter)
	super()
