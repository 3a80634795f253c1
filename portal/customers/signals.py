"""Signals that the app customers sends."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

# Sent in the transaction that erases a `customer`, so that other apps erase their rows of the
# customer.
customer_erased: Final = Signal()
