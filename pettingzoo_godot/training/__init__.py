"""Training and evaluating policies with Stable-Baselines3: `pettingzoo-godot train`, `evaluate`.

`from pettingzoo_godot.training.train import train` needs the extra [train]; this import does not.
"""
