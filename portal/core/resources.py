"""Where the folders live that ship beside the code: seeds and translations."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_folder(name: str) -> Path:
    """Return the folder ``seeds`` or ``translations``.

    A checkout has them at its top level; a wheel carries them inside the package.
    """
    checkout = _PACKAGE.parent / name
    return checkout if (_PACKAGE.parent / "pyproject.toml").exists() else _PACKAGE / "_data" / name
