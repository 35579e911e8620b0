"""A store of arrays that forgets what was not used for longest."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """Keeps values up to a number of bytes; threads may share it.

    :param most: bytes that the values may take together.
    :param size: of one value, in bytes.
    """

    def __init__(self, most: int, size: Callable[[Value], int]) -> None:
        self._most = most
        self._size = size
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key, making it if it is not there."""
        held = self._held
        value = held.get(key)
        if value is not None:
            with self._guard:
                # Another thread may have dropped it just now.
                if key in held:
                    held.move_to_end(key)
            return value
        value = make()
        with self._guard:
            if key not in held:
                held[key] = value
                self._bytes += self._size(value)
            while self._bytes > self._most and len(held) > 1:
                _, dropped = held.popitem(last=False)
                self._bytes -= self._size(dropped)
        return value
