"""The data key of the tests' database: everything in it is encrypted, as on a live line."""

import base64

from voice.database.field_encryption import FieldCipher

_KEY = bytes(range(32))
DATA_KEY = base64.b64encode(_KEY).decode()
CIPHER = FieldCipher([_KEY])
