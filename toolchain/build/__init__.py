"""What is built before anything runs: the Pulumi CLI, etcd, the golden image, the wheel."""

from toolchain.build.etcd import ensure_etcd
from toolchain.build.image import Image, ensure_image
from toolchain.build.pulumi import ensure_pulumi
from toolchain.build.wheel import ensure_wheel

__all__ = ["Image", "ensure_etcd", "ensure_image", "ensure_pulumi", "ensure_wheel"]
