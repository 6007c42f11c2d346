"""Storage on hosts: btrfs, SSH between two of them, and the programs that use both."""
