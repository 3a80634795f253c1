"""What other apps can receive."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

# Sent within the transaction, with `customer`, for apps that store something of the person.
customer_erased: Final = Signal()
