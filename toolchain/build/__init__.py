"""What is built, or fetched: the Pulumi CLI, etcd, the golden image, the wheel, what checks ask."""

from toolchain.build.etcd import ensure_etcd
from toolchain.build.image import Image, ensure_image
from toolchain.build.prometheus import ensure_alertmanager, ensure_promtool
from toolchain.build.pulumi import ensure_pulumi
from toolchain.build.wheel import ensure_wheel

__all__ = [
    "Image",
    "ensure_alertmanager",
    "ensure_etcd",
    "ensure_image",
    "ensure_promtool",
    "ensure_pulumi",
    "ensure_wheel",
]
