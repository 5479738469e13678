@tool
extends EditorPlugin
## Lets the addon appear in the project settings. Its nodes work without being enabled:
## they are global classes, and [ZooEnvironment] brings its own bridge to a trainer.
