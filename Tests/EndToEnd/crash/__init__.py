"""What is left of a campaign after deaths, power cuts, full disks and failing ones."""
