"""What is built before anything runs: the Pulumi CLI, etcd, the golden image, the wheel."""

from ndc.adapters.toolchain.etcd import ensure_etcd
from ndc.adapters.toolchain.image import Image, ensure_image
from ndc.adapters.toolchain.pulumi import ensure_pulumi
from ndc.adapters.toolchain.wheel import ensure_wheel
from ndc.adapters.toolchain.workshop import Say

__all__ = ["Image", "Say", "ensure_etcd", "ensure_image", "ensure_pulumi", "ensure_wheel"]
