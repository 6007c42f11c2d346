"""The Pulumi provider ``ndc``."""
