"""Portal: the customer desk of event organizers."""

__version__ = "0.2.0"
