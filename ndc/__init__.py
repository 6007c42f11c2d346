"""The ``ndc`` command: the control plane of a network of national data centres."""
