"""Verifies evidence bundles with Python's standard library only: no code of this project.

stdin:  {"cases": [{"secret": hex, "bundle": base64 of the JSON text}, ...]}
stdout: for each its derived keys, MAC, header digest and commitments, or null where anything does not hold

A bundle's header holds printable ASCII alone; for that, json.dumps with sorted names and no white space gives the
bytes of RFC 8785.
"""

import base64
import hashlib
import hmac
import json
import sys


def hkdf(secret, salt, info):
    """RFC 5869 with SHA-256; 32 bytes are one block."""
    extracted = hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def require(holds):
    if not holds:
        raise ValueError("it does not hold")


def verify(case):
    bundle = json.loads(base64.b64decode(case["bundle"]).decode("utf-8"), object_pairs_hook=members)
    disclosures, mac = bundle.pop("disclosures"), bundle.pop("mac")
    header = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    organization = hkdf(bytes.fromhex(case["secret"]), bundle["organization"].encode("ascii"), b"countersign/v1/organization")
    key = hkdf(organization, b"", b"countersign/v1/evidence/" + bundle["id"].encode("ascii"))
    computed = "hmac-sha256:" + hmac.new(key, b"countersign.evidence/v1\n" + header, hashlib.sha256).hexdigest()
    require(hmac.compare_digest(computed.encode(), mac.encode()))
    commitments = [sha256(disclosure.encode("ascii")) for disclosure in disclosures]
    require(all(commitment in bundle["commitments"] for commitment in commitments))
    sections = [json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))[1] for one in disclosures]
    return {
        "organizationKey": organization.hex(),
        "key": key.hex(),
        "mac": computed,
        "digest": sha256(header),
        "commitments": sorted(commitments),
        "sections": sections,
    }


def answer(case):
    try:
        return verify(case)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


json.dump([answer(case) for case in json.load(sys.stdin)["cases"]], sys.stdout)
