"""What is built before anything runs: the Pulumi CLI, etcd, the golden image, promtool, the wheel."""

from toolchain.build.etcd import ensure_etcd
from toolchain.build.image import Image, ensure_image
from toolchain.build.promtool import ensure_promtool
from toolchain.build.pulumi import ensure_pulumi
from toolchain.build.wheel import ensure_wheel

__all__ = [
    "Image",
    "ensure_etcd",
    "ensure_image",
    "ensure_promtool",
    "ensure_pulumi",
    "ensure_wheel",
]
