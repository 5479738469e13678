"""Self-play: policies of several policy groups that learn by playing against each other.

`from pettingzoo_godot.selfplay.start import train` needs the extra [train]; this import does not.
"""
