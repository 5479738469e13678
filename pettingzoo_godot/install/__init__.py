"""Finding Godot, and installing it where there is none.

    find_godot        $GODOT, then PATH, then our cache; raises EngineNotFound
    install_godot     into our cache, from the official release or from Debian; raises InstallError
    install_template  the export template of a Godot that came without; raises InstallError
    Godot             what the first two return: executable, version, export template

An installation is a folder `<cache>/godot/<version>-<source>`. It counts once its `manifest.json`
is there, which is written last: whatever is interrupted before leaves nothing that is found.
"""

from pettingzoo_godot.install.find import find_godot
from pettingzoo_godot.install.godot import MINIMUM_VERSION, Godot
from pettingzoo_godot.install.install import Source, install_godot
from pettingzoo_godot.install.progress import Progress
from pettingzoo_godot.install.template import install_template

__all__ = [
    "find_godot",
    "install_godot",
    "install_template",
    "Godot",
    "Source",
    "Progress",
    "MINIMUM_VERSION",
]
