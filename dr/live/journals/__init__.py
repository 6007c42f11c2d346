"""Where journals of real runs are kept: a file that is synced, etcd, or both."""
