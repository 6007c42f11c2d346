"""What the module ``ndc_tree`` is made of; Ansible packs it beside the module."""
