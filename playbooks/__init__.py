"""What hosts contain: Ansible's content, and ``running``, which carries it out."""
