"""The identifiers of what is declared. Types only: a name says nothing about its thing."""

from __future__ import annotations

from typing import NewType, TypeAlias

EnvironmentName = NewType("EnvironmentName", str)
SiteName = NewType("SiteName", str)
RegionName = NewType("RegionName", str)
HostName = NewType("HostName", str)
SegmentName = NewType("SegmentName", str)
LinkName = NewType("LinkName", str)
DatabaseName = NewType("DatabaseName", str)
ServiceName = NewType("ServiceName", str)
OperatorName = NewType("OperatorName", str)
TierName = NewType("TierName", str)
ProfileName = NewType("ProfileName", str)
PolicyName = NewType("PolicyName", str)
DrillName = NewType("DrillName", str)
PoolName = NewType("PoolName", str)
StoreName = NewType("StoreName", str)
PartyName = NewType("PartyName", str)
TimeServerName = NewType("TimeServerName", str)

PlacedName: TypeAlias = ServiceName | StoreName
"""of what has an address that moves between sites"""
