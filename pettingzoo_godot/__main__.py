"""`python -m pettingzoo_godot` is `pettingzoo-godot`."""

from pettingzoo_godot.cli import main

main()
