"""A passkey in software: it makes and proves credentials as a browser with a key does."""

import json
import secrets
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    def __init__(self, origin: str = "http://testserver") -> None:
        self.origin = origin
        self.id = secrets.token_bytes(16)
        self.user_handle = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create` with a credential as JSON."""
        public = options["publicKey"]
        self.user_handle = websafe_decode(public["user"]["id"])
        known = AttestedCredentialData.create(
            Aaguid.NONE, self.id, ES256.from_cryptography_key(self._key.public_key())
        )
        flags = PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(self._rp(public["rp"]["id"]), flags, 1, known)
        said = self._said(CollectedClientData.TYPE.CREATE, public["challenge"])
        response = {"attestationObject": bytes(AttestationObject.create("none", data, {}))}
        return self._json({**response, "clientDataJSON": said}, {"credProps": {"rk": True}})

    def get(self, options: dict[str, Any], *, forged: bool = False) -> str:
        """Answer `navigator.credentials.get`; `forged`, signed by another key."""
        public = options["publicKey"]
        data = AuthenticatorData.create(self._rp(public["rpId"]), PRESENT_AND_VERIFIED, 2)
        said = self._said(CollectedClientData.TYPE.GET, public["challenge"])
        key = ec.generate_private_key(ec.SECP256R1()) if forged else self._key
        signature = key.sign(bytes(data) + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"authenticatorData": bytes(data), "signature": signature, "clientDataJSON": said}
        return self._json({**response, "userHandle": self.user_handle}, {})

    def _rp(self, name: str) -> bytes:
        return sha256(name.encode()).digest()

    def _said(self, kind: Any, challenge: str) -> bytes:
        return bytes(CollectedClientData.create(kind, challenge, self.origin))

    def _json(self, response: dict[str, bytes], extensions: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": extensions,
            }
        )
